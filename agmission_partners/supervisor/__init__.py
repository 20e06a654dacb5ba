"""`manage.py up`: everything on one machine, in the foreground, with nothing to install beside it."""

import argparse
from collections.abc import Sequence

from agmission_partners.environment import load_or_exit, refuse_to_start
from agmission_partners.supervisor import checks, made, pidfiles
from agmission_partners.supervisor.output import Output
from agmission_partners.supervisor.supervisor import Supervisor
from agmission_partners.variables import WrongVariable, data_dir


def run(arguments: Sequence[str]) -> int:
    """Checks, then starts and watches over everything; the exit code. Refusals end the process with one line."""
    parser = argparse.ArgumentParser(prog="manage.py up", description=__doc__)
    parser.parse_args(arguments)
    output = Output()
    try:
        run_dir = checks.make_data_dir(data_dir())
        with checks.lock(run_dir):
            pidfiles.end_leftovers(run_dir, output.say)
            made.prepare(data_dir())
            hub = load_or_exit()
            checks.free_to_listen(hub)
            return Supervisor(hub, run_dir, output).run()
    except (checks.CannotStart, WrongVariable) as error:
        refuse_to_start(error)
