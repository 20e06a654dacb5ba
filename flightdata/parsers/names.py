"""What a log's file name says. Names come from outside: they are evidence, one piece of it, and never used as a path."""

import re

_EXTENSION = re.compile(r"\.(log|txt|csv)$", re.IGNORECASE | re.ASCII)
_JOB = re.compile(r"JOB[ _-]?(?P<job>[A-Z0-9]+)(?:[ _](?P<tail>\S.*))?", re.IGNORECASE | re.ASCII)
_DATED = re.compile(r"\d{10}[^_ ]*[_ ](?P<job>[A-Z0-9-]+)", re.IGNORECASE | re.ASCII)
_DAY_AND_JOB = re.compile(r"\d{8}_JOB(?P<job>[A-Z0-9]+)(?:_.*)?", re.IGNORECASE | re.ASCII)


def job_ids_from_name(name: str) -> tuple[str, ...]:
    """The job ids that a name states, in the shapes seen in the field; none for any other shape.

    `JOB146 HK4704.log` 146; `2507140724SatlocG4_b4ef.log` b4ef; `2025091512 CROP001.log` CROP001;
    `20250915_JOB789_field1.log` 789.
    """
    stem = _stem(name)
    for shape in (_JOB, _DAY_AND_JOB, _DATED):
        if found := shape.fullmatch(stem):
            return (found["job"],)
    return ()


def tail_number_from_name(name: str) -> str | None:
    """The tail number behind the job id, as in `JOB146 HK4704.log`; it may hold a space. None where there is none."""
    found = _JOB.fullmatch(_stem(name))
    return found["tail"].strip() if found and found["tail"] else None


def _stem(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1].strip()
    return _EXTENSION.sub("", last).strip()
