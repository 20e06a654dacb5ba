"""Measured values as Parquet decimals where that loses nothing, else as doubles.

A log writes its values with a few decimal places. Stored as whole numbers of the smallest place they need a quarter of the
bytes of a double, and the division that brings a value back is correctly rounded (IEEE 754) while the whole number stays
below 2**53: the double that comes back is the very one that reading the text gave. Negative zero comes back as zero.
"""

import numpy as np
import pyarrow as pa

from flightdata.tracks.columns import Floats

MOST_DECIMALS = 13
LARGEST_EXACT = 2.0**53
PRECISION = 18
SAMPLE = 512


def decimals_needed(values: Floats, at_least: int = 0) -> int | None:
    """The fewest decimal places, from `at_least` on, that hold every value exactly; None where no number of them does."""
    known = values[~np.isnan(values)]
    sample = known[:SAMPLE]
    for places in range(at_least, MOST_DECIMALS + 1):
        if _fits(sample, places) and _fits(known, places):
            return places
    return None


def _fits(values: Floats, places: int) -> bool:
    scale = 10.0**places
    with np.errstate(over="ignore"):
        whole = np.rint(values * scale)
    return bool((np.abs(whole) < LARGEST_EXACT).all() and (whole / scale == values).all())


def column_type(places: int | None) -> pa.DataType:
    return pa.float64() if places is None else pa.decimal64(PRECISION, places)


def encode(values: Floats, places: int | None) -> pa.Array:
    """The values as an Arrow column of `column_type(places)`; NaN becomes null. The places must suffice."""
    missing = np.isnan(values)
    validity = None
    if missing.any():
        validity = pa.py_buffer(np.packbits(~missing, bitorder="little"))
        values = np.where(missing, 0.0, values)
    stored = values if places is None else np.rint(values * 10.0**places).astype(np.int64)
    return pa.Array.from_buffers(column_type(places), len(values), [validity, pa.py_buffer(stored)])


def decode(column: pa.Array) -> Floats:
    """The doubles of a column that `encode` made; null becomes NaN."""
    scaled = column.type != pa.float64()
    stored = np.frombuffer(column.buffers()[1], np.int64 if scaled else np.float64)
    stored = stored[column.offset : column.offset + len(column)]
    values: Floats = stored / 10.0**column.type.scale if scaled else stored.view(np.float64)
    if not column.null_count:
        return values
    return np.where(np.asarray(column.is_valid()), values, np.nan)
