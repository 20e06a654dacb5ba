"""How soon a job's page with a long flight is ready to be used, in Chromium on this machine.

    python -m benchmarks.job_page [records ...]

The page is served by the web server's own process model, on a database of its own. Ready: areas and track are painted on the
map. The first look ranks the records of the track, which is kept beside it; later looks do not. Goal: 2 s with 216,000 records.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

SIZES = (21_600, 216_000)
LOOKS = 7
BYTES = "() => performance.getEntriesByType('resource').reduce((sum, one) => sum + one.encodedBodySize, 0)"
"""Scripts, styles and what the map shows, without the page itself; also what the browser's cache held."""

FIELD = [[-82.8, 40.8], [-82.62, 40.8], [-82.62, 40.823], [-82.8, 40.823], [-82.8, 40.8]]


def main() -> None:
    """Print a table."""
    sizes = [int(word.replace(",", "")) for word in sys.argv[1:] if word.replace(",", "").isdigit()] or SIZES
    os.environ.update(DJANGO_SETTINGS_MODULE="tests.settings", DJANGO_ALLOW_ASYNC_UNSAFE="true")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.support.chromium import chromium
    from tests.support.serving import served

    with tempfile.TemporaryDirectory(prefix="agmission-bench-") as folder, served() as url, chromium() as browser:
        print(f"job page ready in Chromium, {os.cpu_count()} cores (goal: 2 s with 216,000 records)")
        for records in sizes:
            _print_row(records, *_look(browser, url, _job(Path(folder), records)))


def _job(folder: Path, records: int) -> Any:
    """A job with one flight of so many records."""
    from benchmarks.logs import write_log
    from flightdata.services import intake, matching
    from tests.support.scene import a_customer, a_job, a_user
    from work import engine

    customer = a_customer(f"bench-{records}")
    areas = {"type": "Polygon", "coordinates": [FIELD]}
    collection = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": areas}]}
    job = a_job(customer, spray_areas=collection, swath_width_metres=20.0)
    with write_log(folder / f"{records}.log", records).open("rb") as log:
        application, _ = intake.take_in(customer, log, file_name=f"{records}.log", actor="bench")
    matching.set_jobs(application, [job], user=a_user(None))
    while engine.drain("flight_data", 50, "bench"):
        pass
    return job


def _look(browser: Any, url: str, job: Any) -> tuple[list[float], list[int]]:
    """Seconds until ready for each look, and the bytes that it took."""
    from accounts.states import Role
    from tests.support.chromium import look, sign_in
    from tests.support.scene import a_user

    context = look(browser)
    page = context.new_page()
    sign_in(page, url, a_user(job.customer, Role.CUSTOMER).username, "crop-duster-9")
    seconds, sizes = [], []
    for _ in range(LOOKS):
        began = time.perf_counter()
        page.goto(f"{url}/jobs/{job.number}/")
        page.wait_for_selector("[data-map][data-ready]", timeout=60_000)
        seconds.append(time.perf_counter() - began)
        sizes.append(page.evaluate(BYTES))
    context.close()
    return seconds, sizes


def _print_row(records: int, seconds: list[float], sizes: list[int]) -> None:
    later = seconds[1:]
    print(
        f"  {records:>9,} records   first look {seconds[0]:5.2f} s   later {median(later):5.2f} s"
        f"   slowest {max(later):5.2f} s   {sizes[-1] / 1000:,.0f} kB"
    )


if __name__ == "__main__":
    main()
