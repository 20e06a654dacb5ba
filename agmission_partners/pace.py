"""How often the hub does what, and how much of it at once, as it is told."""

from dataclasses import dataclass
from datetime import timedelta

from agmission_partners.variables import Variables


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Part of `Hub`: intervals, and the most that is under way at once."""

    sync_interval: timedelta
    tick_interval: timedelta
    health_check_interval: timedelta
    aircraft_interval: timedelta
    failure_threshold: int
    first_poll_delay: timedelta
    min_poll_interval: timedelta
    late_log_window: timedelta
    log_settle: timedelta
    lease_duration: timedelta
    max_concurrent_jobs: int
    max_concurrent_polls: int
    max_concurrent_exports: int
    poll_concurrency: int


def read_pace(read: Variables) -> Pace:
    return Pace(
        sync_interval=read.duration("PARTNER_SYNC_INTERVAL", 300_000, minimum=1000),
        tick_interval=read.duration("PARTNER_TICK_INTERVAL", 1000, minimum=100, maximum=3_600_000),
        health_check_interval=read.duration("PARTNER_HEALTH_CHECK_INTERVAL", 60_000, minimum=1000),
        aircraft_interval=read.duration("PARTNER_AIRCRAFT_INTERVAL", 3_600_000, minimum=1000),
        failure_threshold=read.number("PARTNER_FAILURE_THRESHOLD", 5, minimum=1, maximum=1000),
        first_poll_delay=read.duration("PARTNER_FIRST_POLL_DELAY", 30_000, minimum=0),
        min_poll_interval=read.duration("PARTNER_MIN_POLL_INTERVAL", 15_000, minimum=100),
        late_log_window=read.duration("PARTNER_LATE_LOG_WINDOW", 1_209_600_000, minimum=0),
        log_settle=read.duration("PARTNER_LOG_SETTLE", 600_000, minimum=0),
        lease_duration=read.duration("PARTNER_LEASE_DURATION", 120_000, minimum=1000, maximum=86_400_000),
        max_concurrent_jobs=read.number("PARTNER_MAX_CONCURRENT_JOBS", 10, minimum=1, maximum=10_000),
        max_concurrent_polls=read.number("PARTNER_MAX_CONCURRENT_POLLS", 100, minimum=1, maximum=10_000),
        max_concurrent_exports=read.number("PARTNER_MAX_CONCURRENT_EXPORTS", 1, minimum=1, maximum=10_000),
        poll_concurrency=read.number("PARTNER_POLL_CONCURRENCY", 10, minimum=1, maximum=500),
    )
