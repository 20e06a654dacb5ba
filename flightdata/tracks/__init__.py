"""Tracks: the records of one log as Parquet, written once in file order, read by column and row group. Knows no Django."""

from flightdata.tracks.columns import Doubt, TrackColumns
from flightdata.tracks.reader import OpenTrack, count_records, read_line, read_records, read_window, records_of
from flightdata.tracks.writer import TrackWriter

__all__ = [
    "Doubt",
    "OpenTrack",
    "TrackColumns",
    "TrackWriter",
    "count_records",
    "read_line",
    "read_records",
    "read_window",
    "records_of",
]
