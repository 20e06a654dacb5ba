"""The recorded flight of a field in Ohio: its licence and source stand beside it."""

from pathlib import Path

OHIO = Path(__file__).resolve().parents[2] / "sandbox" / "data" / "ohio-asapplied"
OHIO_LOG = OHIO / "flightlog_projectform.csv"
OHIO_FIELD = OHIO / "boundary.geojson"
