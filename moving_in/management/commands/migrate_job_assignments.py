"""Moving in: what the old system holds becomes rows of this hub."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.actors import of_command
from accounts.models import Customer
from moving_in import kinds
from moving_in.management.bar import Bar
from moving_in.services import survey, verifying
from moving_in.services.batches import Options
from moving_in.services.running import SHOWN, Outcome, Runner, words_of
from moving_in.sources import Source, SourceUnreadable, open_source
from work.errors import Refused
from work.memory import settle


class Command(BaseCommand):
    help = (
        "Takes over the old system's partners, their system users, users, jobs, assignments and log trackers from SOURCE: a file "
        "of mongoexport or mongodump (also .gz), a folder of a mongodump, or mongodb://…/DATABASE. It may be broken off and run "
        "again at any time, and run again: a document is taken once. docs/moving-in.md says what becomes of what."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", metavar="SOURCE")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing but the report")
        parser.add_argument("--verify", action="store_true", help="compare both sides, and write nothing but the report")
        parser.add_argument("--create-missing", action="store_true", help="make users, jobs, customers and accounts that lack")
        parser.add_argument("--customer", metavar="CODE", help="whose the things are of which nothing says so")

    def run_from_argv(self, argv: list[str]) -> None:
        """In a process that does nothing else."""
        settle()
        super().run_from_argv(argv)

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        """Looks at all of it once, then takes it over with a bar that tells how far it is."""
        bar = Bar(self.stderr if self.stderr.isatty() else self.stdout)
        try:
            opened = open_source(source)
            how = self._options(**options)
            found = survey.look(opened, bar.look)
            bar.begin(found.total)
            self._say_what(opened, found)
            if options["verify"]:
                self._verify(opened, found, how, bar)
            else:
                self._move(opened, found, how, bar)
        except (SourceUnreadable, Refused) as refusal:
            raise CommandError(str(refusal)) from None
        except KeyboardInterrupt:
            raise CommandError("broken off; the same command goes on where this one ended") from None

    def _options(self, **options: Any) -> Options:
        code, customer = options["customer"], None
        if code:
            customer = Customer.objects.filter(code=code).first()
            if customer is None:
                raise CommandError(f"there is no customer with the code {code}")
        return Options(of_command(), options["dry_run"], options["create_missing"], customer)

    def _say_what(self, source: Source, found: survey.Survey) -> None:
        for step in found.steps:
            self.stdout.write(f"{step.part.name}: {found.found[step.name]:,} {kinds.WORDS[step.kind]}")
        if source.left:
            self.stdout.write(f"not looked at: {', '.join(source.left[:SHOWN])}")

    def _move(self, source: Source, found: survey.Survey, how: Options, bar: Bar) -> None:
        outcome = Runner(source, found, how, bar.tell).run()
        bar.end()
        if outcome.resumed:
            self.stdout.write("went on where an earlier run was broken off")
        self._tell(outcome, how)
        if outcome.broken:
            raise CommandError("not all could be read:\n" + "\n".join(outcome.broken[:SHOWN]))

    def _tell(self, outcome: Outcome, how: Options) -> None:
        if how.dry_run:
            self.stdout.write("a dry run: nothing was written; this is what would be:")
        for kind, counts in outcome.counts.items():
            self.stdout.write(f"{kinds.WORDS[kind]}: {words_of(counts)}")
        for line in outcome.first:
            self.stdout.write(f"  {line}")
        more = outcome.count("refused") + outcome.count("partly") - len(outcome.first)
        self.stdout.write(f"{f'and {more:,} more lines in ' if more > 0 else ''}the report: {outcome.report}")

    def _verify(self, source: Source, found: survey.Survey, how: Options, bar: Bar) -> None:
        outcome = verifying.Comparison(source, found, how, bar.tell).run()
        bar.end()
        for words in outcome.words():
            self.stdout.write(words)
        self.stdout.write(f"the report: {outcome.report}")
        if outcome.differences:
            raise CommandError(f"{outcome.differences:,} differences")
