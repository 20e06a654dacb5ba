"""Text logs for measuring: passes up and down a field at 10 Hz, a share of the lines broken in the ways lines break."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2025, 9, 15, 6, tzinfo=UTC)
RECORDS_PER_PASS = 300


def write_log(path: Path, records: int, bad_share: float = 0.001) -> Path:
    """Write a log of so many lines besides its first two; the same one every time."""
    chance = random.Random(20250915)
    latitude, longitude = 40.8, -82.8
    with path.open("w") as file:
        file.write("# synthetic log for measuring\ntimestamp,latitude,longitude,altitude,groundSpeed,sprayStatus\n")
        for number in range(records):
            up = number // RECORDS_PER_PASS % 2 == 0
            latitude += (5.4e-5 if up else -5.4e-5) + chance.uniform(-2e-7, 2e-7)
            longitude += 2.4e-4 if number % RECORDS_PER_PASS == 0 else chance.uniform(-2e-7, 2e-7)
            if longitude > -81:
                longitude = -82.8
            clock = (START + timedelta(milliseconds=100 * number)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
            altitude, speed = 300 + chance.uniform(-2, 2), 60 + chance.uniform(-1, 1)
            spray = int(20 < number % RECORDS_PER_PASS < 280)
            fields = [f"{clock}Z", f"{latitude:.7f}", f"{longitude:.7f}", f"{altitude:.2f}", f"{speed:.2f}", str(spray)]
            file.write(",".join(_break(fields, chance) if chance.random() < bad_share else fields) + "\n")
    return path


def _break(fields: list[str], chance: random.Random) -> list[str]:
    place, text = chance.choice([(0, "not a time"), (1, "abc"), (2, "190.1234567"), (3, "NaN"), (5, ""), (None, "")])
    return fields[:3] if place is None else [*fields[:place], text, *fields[place + 1 :]]
