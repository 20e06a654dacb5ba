#!/usr/bin/env python3
"""The command line of the hub. `up` starts all of it, before Django may load; the rest are Django's commands."""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  # read by whatever `python3` is, which must be able to say so
    sys.exit("agmission-partners cannot start: Python 3.11 or newer is needed, this is " + sys.version.split()[0])


def main():
    """Runs what the command line names."""
    if sys.argv[1:2] == ["up"]:
        from agmission_partners.supervisor import run

        sys.exit(run(sys.argv[2:]))
    if sys.argv[1:2] == ["serve"]:  # gunicorn looks for its configuration there, and Celery for modules
        os.chdir(os.path.dirname(os.path.abspath(__file__)))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agmission_partners.settings")
    from django.core.management import execute_from_command_line

    from work.provenance import Provenance, told_by

    with told_by(lambda: Provenance(via=" ".join(["manage.py", *sys.argv[1:2]]))):  # arguments may be secret
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
