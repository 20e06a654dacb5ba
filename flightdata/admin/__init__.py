"""Admin pages of logs, their bytes and what they were read as, all of which came from outside, and of exports of it."""

from flightdata.admin import applications, coverages, exports, logs

__all__ = ["applications", "coverages", "exports", "logs"]
