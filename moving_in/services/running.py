"""A whole move: step after step, a batch in a transaction, with the progress in the same one."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from moving_in import kinds
from moving_in.documents import Document, Raw, Unreadable, legacy_id_of
from moving_in.models import Move
from moving_in.services import assignments, jobs, organizations, people, reports, trackers
from moving_in.services.batches import Batch, Line, Options
from moving_in.services.book import Book
from moving_in.services.survey import Step, Survey, name_in
from moving_in.sources import Source
from work.errors import Refused

BATCH = 1_000
LARGEST_BATCH = 8 * 1024 * 1024
"""Bytes: documents may be 16 MB each."""

SHOWN = 20
TRIES = 3
LOADERS: dict[str, Callable[[Batch, Book], None]] = {
    kinds.CUSTOMER: people.load_customers,
    kinds.PARTNER: organizations.load_partners,
    kinds.OPERATOR: people.load_users,
    kinds.USER: people.load_users,
    kinds.ACCOUNT: organizations.load_accounts,
    kinds.JOB: jobs.load,
    kinds.ASSIGNMENT: assignments.load,
    kinds.TRACKER: trackers.load,
}


@dataclass
class Outcome:
    """What came of a move. `first`: the first lines of its report, for the screen."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    report: Path | None = None
    first: list[Line] = field(default_factory=list)
    resumed: bool = False
    broken: list[str] = field(default_factory=list)

    def count(self, word: str) -> int:
        return sum(counts[word] for counts in self.counts.values())


class Runner:
    """Takes over one source. `tell` is called with the number of documents that are behind."""

    def __init__(self, source: Source, survey: Survey, options: Options, tell: Callable[[int], None] = lambda _: None) -> None:
        self._source, self._survey, self._options, self._tell = source, survey, options, tell
        self._book = Book(options)
        self._behind = 0

    def run(self) -> Outcome:
        """To its end, from where an earlier run of the same was broken off."""
        _take_room()
        self._move, resumed = self._begin()
        outcome = Outcome(resumed=resumed, report=Path(self._move.report))
        outcome.counts = {kind: Counter(counts) for kind, counts in self._move.counts.items()}
        self._report = reports.Report(Path(self._move.report), self._move.report_size)
        for step in self._survey.steps:
            if step.name in self._move.done:
                self._behind += self._survey.found[step.name]
            else:
                self._take(step, outcome)
        self._end(outcome)
        return outcome

    def _begin(self) -> tuple[Move, bool]:
        fingerprint = _fingerprint(self._source, self._options)
        word = "dry-run" if self._options.dry_run else "report"
        if not self._options.dry_run:
            unfinished = Move.objects.filter(fingerprint=fingerprint, finished_at__isnull=True).first()
            if unfinished:
                return unfinished, bool(unfinished.batches)
        move = Move(source=self._source.label[:300], fingerprint=fingerprint, report=str(reports.new_path(word)))
        if not self._options.dry_run:
            try:
                with transaction.atomic():
                    move.save(force_insert=True)
            except IntegrityError:
                raise Refused("another run takes over the same source; this one ends", "movedMeanwhile") from None
        return move, False

    def _take(self, step: Step, outcome: Outcome) -> None:
        move = self._move
        goes_on = move.step == step.name
        after, mark = (move.position, move.mark) if goes_on else (0, "")
        self._behind += after
        counts = outcome.counts.setdefault(step.kind, Counter())
        for raws in batched(step.part.read(after=after, mark=mark)):
            batch = self._batch(step, raws, counts, outcome)
            self._behind += len(batch.documents) + len(batch.lines)
            last = raws[-1]
            self._write(step, batch, counts, outcome, position=last.position, mark=last.mark)
            self._tell(min(self._behind, self._survey.total))
        move.done = [*move.done, step.name]

    def _batch(self, step: Step, raws: list[Raw], counts: Counter[str], outcome: Outcome) -> Batch:
        """The documents of the step's kind; what cannot be read, or is replaced by a newer one, is refused here."""
        documents: list[Document] = []
        batch = Batch(step.kind, documents)
        tells = self._survey.kind_that_reports(step.part) == step.kind
        for raw in raws:
            if raw.fields == {}:
                continue
            kind = kinds.of_document(raw.fields, step.part.kinds) if raw.fields else ""
            if kind == step.kind:
                self._sort(step, raw, documents, batch)
            elif not kind and tells:
                word = raw.fault or "is no document of a known kind"
                batch.lines.append(Line(step.part.name, raw.where, word))
            if raw.is_end and tells:
                outcome.broken.append(f"{step.part.name}, {raw.where}: {raw.fault}")
        return batch

    def _sort(self, step: Step, raw: Raw, documents: list[Document], batch: Batch) -> None:
        document = Document(raw.fields or {}, raw.where)
        newer = self._survey.superseded.get((step.part.name, name_in(raw))) if step.kind == kinds.ASSIGNMENT else None
        try:
            document.legacy_id = legacy_id_of(document.fields)
            if newer:
                raise Unreadable(f"a newer document is about the same job and user: {newer}")
        except Unreadable as refusal:
            batch.refuse(document, str(refusal))
        else:
            documents.append(document)

    def _write(self, step: Step, batch: Batch, counts: Counter[str], outcome: Outcome, *, position: int, mark: str) -> None:
        """Load and note the progress, all or nothing; again on what is there now where somebody wrote the same meanwhile."""
        early = list(batch.lines)
        for tries_left in reversed(range(TRIES)):
            try:
                with transaction.atomic():
                    LOADERS[step.kind](batch, self._book)
                    batch.write_origins()
                    after = counts + Counter(_counted(batch))
                    self._report.add(batch.lines)
                    self._note(step, outcome, after, position, mark)
                    transaction.set_rollback(self._options.dry_run)
                break
            except IntegrityError:
                if not tries_left:
                    raise
                self._book.forget()
                self._report.size = self._move.report_size
                batch = Batch(step.kind, [_fresh(one) for one in batch.documents], lines=list(early))
        counts.update(_counted(batch))
        outcome.first += batch.lines[: SHOWN - len(outcome.first)]

    def _note(self, step: Step, outcome: Outcome, counts: Counter[str], position: int, mark: str) -> None:
        move = self._move
        if self._options.dry_run:
            return
        told = {kind: dict(known) for kind, known in outcome.counts.items()} | {step.kind: dict(counts)}
        fields = {
            "batches": move.batches + 1, "done": move.done, "step": step.name, "position": position, "mark": mark,
            "counts": told, "report_size": self._report.size, "updated_at": Now(),
        }  # fmt: skip
        if not Move.objects.filter(pk=move.pk, batches=move.batches).update(**fields):
            raise Refused("another run takes over the same source; this one ends", "movedMeanwhile")
        move.batches += 1
        move.report_size = self._report.size

    def _end(self, outcome: Outcome) -> None:
        self._report.add([f"{kinds.WORDS[kind]}: {words_of(counts)}" for kind, counts in outcome.counts.items()])
        self._report.add([f"not looked at: {name}" for name in self._source.left])
        if not self._options.dry_run:
            Move.objects.filter(pk=self._move.pk).update(finished_at=Now(), report_size=self._report.size, done=self._move.done)


def _take_room() -> None:
    """SQLite holds 2 MB of its pages in memory, and the indexes that are written to here are larger than that."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -65536")


def words_of(counts: Counter[str]) -> str:
    """One line for people."""
    partly = f" ({counts['partly']} lines on what of them could not be used)" if counts["partly"] else ""
    return f"{counts['taken']:,} taken{partly}, {counts['there']:,} there already, {counts['refused']:,} not taken"


def _counted(batch: Batch) -> dict[str, int]:
    partly = sum(line.taken for line in batch.lines)
    return {"taken": batch.taken, "there": batch.there, "refused": batch.refused, "partly": partly}


def _fresh(document: Document) -> Document:
    return Document(document.fields, document.where, document.legacy_id)


def batched(raws: Iterator[Raw]) -> Iterator[list[Raw]]:
    """So many at once as fit into one transaction, and into memory."""
    batch: list[Raw] = []
    size = 0
    for raw in raws:
        batch.append(raw)
        size += raw.size
        if len(batch) == BATCH or size > LARGEST_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _fingerprint(source: Source, options: Options) -> str:
    told = json.dumps([source.identity, options.create_missing, options.customer.code if options.customer else ""])
    return hashlib.sha256(told.encode()).hexdigest()
