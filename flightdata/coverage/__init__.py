"""Coverage: what of the planned areas a track sprayed, in hectares and as shapes for a map. Knows no Django.

`measure` is the whole of it; docs/coverage.md says what the words mean.
"""

from flightdata.coverage.areas import Area
from flightdata.coverage.figures import Figures
from flightdata.coverage.measuring import NAME, VERSION, Measured, NotMeasurable, measure
from flightdata.coverage.records import Records, read_records

__all__ = ["NAME", "VERSION", "Area", "Figures", "Measured", "NotMeasurable", "Records", "measure", "read_records"]
