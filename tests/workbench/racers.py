"""Processes that stand ready to do the same thing at the same moment."""

import json
import os
import subprocess
import sys
from typing import Any

from agmission_partners.variables import PROJECT_DIR

PROGRAM = """
import django; django.setup()
import json, sys
from datetime import timedelta
from tests.workbench.kinds import *
from tests.workbench.models import *
from work import attention, claims, engine, kinds, limiter, slots
from work.leases import Lease
from work.models import Slot

me = sys.argv[1]
for known in list(kinds.all_kinds()):
    kinds.unregister(known.name)
for line in sys.stdin:
    task = json.loads(line)
    kind, found = Errands(share=task["share"]), []
    kinds.register(kind)
    rows = list(Errand.objects.order_by("rank_at", "pk"))
    print("ready", flush=True)
    sys.stdin.readline()
    scope = {**globals()}
    exec(task["code"], scope)
    kinds.unregister(kind.name)
    print(json.dumps(scope["found"]), flush=True)
"""


class Racer:
    """One process on the test's database. The code it is given finds `me`, `kind`, `rows`, and answers in `found`."""

    def __init__(self, name: str) -> None:
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, name],
            cwd=PROJECT_DIR,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def take_position(self, code: str, share: int) -> None:
        self._write(json.dumps({"code": code, "share": share}))
        assert self._read() == "ready"

    def go(self) -> None:
        self._write("go")

    def found(self) -> list[Any]:
        answer: list[Any] = json.loads(self._read())
        return answer

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def _read(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        assert line, "the racer fell; its traceback is among the captured output"
        return line
