"""Everything that an operator would look at, in one go."""

import json
from collections.abc import Iterator
from typing import Any

from django.core.checks import ERROR, CheckMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from agmission_partners import doctor
from agmission_partners.doctor import data, running, services, starting


class Command(BaseCommand):
    help = "Looks at settings, services, processes, work and data; says what is wrong and what to do. Exit code 1 on a fault."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How far it goes, and for whom it writes."""
        parser.add_argument("--deep", action="store_true", help="read every raw file, and check SQLite's file; may take long")
        parser.add_argument("--json", action="store_true", help="one JSON document, for programs")

    def handle(self, *args: Any, deep: bool, json: bool, **options: Any) -> None:
        """Answers are written as they come."""
        questions = [*starting.QUESTIONS, *services.QUESTIONS, *running.QUESTIONS, *data.QUESTIONS, *(data.DEEP if deep else [])]
        found = self._as_document(doctor.answers(questions)) if json else self._as_lines(doctor.answers(questions))
        faults = sum(finding.level >= ERROR for finding in found)
        if faults:
            raise CommandError(f"{faults} faults")

    def _as_lines(self, answers: Iterator[doctor.Answer]) -> list[CheckMessage]:
        found: list[CheckMessage] = []
        for answer in answers:
            found += answer.findings
            if not answer.findings:
                word = self.style.WARNING("not asked") if answer.unasked else self.style.SUCCESS("ok       ")
                self.stdout.write(f"{word} {answer.question.about}{answer.unasked and ': '}{answer.unasked}")
            for finding in answer.findings:
                word = self.style.ERROR("FAULT    ") if finding.level >= ERROR else self.style.WARNING("warning  ")
                self.stdout.write(f"{word} {answer.question.about}: {finding.msg} ({finding.id})\n          → {finding.hint}")
        return found

    def _as_document(self, answers: Iterator[doctor.Answer]) -> list[CheckMessage]:
        found: list[CheckMessage] = []
        told = []
        for answer in answers:
            found += answer.findings
            findings = [
                {"id": one.id, "fault": one.level >= ERROR, "message": one.msg, "hint": one.hint} for one in answer.findings
            ]
            told.append({"about": answer.question.about, "findings": findings, "notAsked": answer.unasked or None})
        self.stdout.write(json.dumps({"answers": told}, indent=2))
        return found
