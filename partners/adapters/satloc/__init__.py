"""SatLoc Cloud."""

from partners.adapters.satloc.adapter import SatLocAdapter

__all__ = ["SatLocAdapter"]
