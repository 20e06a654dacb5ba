"""Text logs of SatLoc systems, as the implementation guide describes them; see `parser` for the rules."""

from flightdata.parsers.satloc_text.parser import SatlocText

__all__ = ["SatlocText"]
