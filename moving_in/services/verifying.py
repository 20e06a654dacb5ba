"""Both sides compared: what a source says, and what the hub has of it. Nothing is written but the report."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from moving_in import kinds
from moving_in.documents import Document, Raw, Unreadable, legacy_id_of
from moving_in.keys import key_of
from moving_in.models import Origin
from moving_in.services import comparing, reports
from moving_in.services.batches import Line, Options, subject_of
from moving_in.services.running import SHOWN, batched
from moving_in.services.survey import Step, Survey, name_in
from moving_in.sources import Source


@dataclass
class Compared:
    """What a comparison found, by kind: `equal`, `gone on` (moved here since), `replaced` (by a newer one), `different`."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    report: Path | None = None
    first: list[Line] = field(default_factory=list)

    @property
    def differences(self) -> int:
        return sum(counts["different"] for counts in self.counts.values())

    def words(self) -> Iterator[str]:
        """For people."""
        for kind, counts in self.counts.items():
            told = ", ".join(f"{count:,} {word}" for word, count in sorted(counts.items()) if count) or "none"
            yield f"{kinds.WORDS.get(kind, kind)}: {told}"
        for line in self.first:
            yield f"  {line}"


class Comparison:
    """Goes over a source as a move does."""

    def __init__(self, source: Source, survey: Survey, options: Options, tell: Callable[[int], None] = lambda _: None) -> None:
        self._source, self._survey, self._options, self._tell = source, survey, options, tell
        self._behind = 0

    def run(self) -> Compared:
        """All of it."""
        self._report = reports.Report(reports.new_path("verify"))
        outcome = Compared(report=self._report.path)
        for step in self._survey.steps:
            self._step(step, outcome)
        for kind, counts in outcome.counts.items():
            others = Origin.objects.filter(kind=kind).count() - counts["equal"] - counts["gone on"]
            counts["in the hub from elsewhere, or different"] = max(0, others)
        self._report.add(outcome.words())
        return outcome

    def _step(self, step: Step, outcome: Compared) -> None:
        counts = outcome.counts.setdefault(step.kind, Counter())
        documents: list[Document] = []
        lines: list[Line] = []
        for raws in batched(step.part.read()):
            for raw in raws:
                lines += self._sort(step, raw, documents, counts)
            self._compare(step.kind, documents, counts, lines, outcome)

    def _sort(self, step: Step, raw: Raw, documents: list[Document], counts: Counter[str]) -> Iterator[Line]:
        kind = kinds.of_document(raw.fields, step.part.kinds) if raw.fields else ""
        if kind == step.kind:
            document = Document(raw.fields or {}, raw.where)
            if (step.part.name, name_in(raw)) in self._survey.superseded and kind == kinds.ASSIGNMENT:
                counts["replaced"] += 1
                return
            try:
                document.legacy_id = legacy_id_of(document.fields)
                documents.append(document)
            except Unreadable as refusal:
                counts["different"] += 1
                yield Line(kind, raw.where, str(refusal))
        elif not kind and raw.fields != {} and self._survey.kind_that_reports(step.part) == step.kind:
            counts["different"] += 1
            yield Line(step.part.name, raw.where, raw.fault or "is no document of a known kind")

    def _compare(self, kind: str, documents: list[Document], counts: Counter[str], lines: list[Line], outcome: Compared) -> None:
        keys = [key_of(kind, document.legacy_id) for document in documents]
        became = dict(Origin.objects.filter(pk__in=keys).values_list("pk", "object_id"))
        found = comparing.COMPARERS[kind]({key: became[key] for key in keys if key in became}, documents)
        for document, key in zip(documents, keys, strict=True):
            faults, gone_on = found.get(key, (["is not in the hub"], False))
            counts["different" if faults else "gone on" if gone_on else "equal"] += 1
            lines += [Line(kind, subject_of(document), fault) for fault in faults]
        self._report.add(lines)
        outcome.first += lines[: SHOWN - len(outcome.first)]
        self._behind += len(documents)
        self._tell(self._behind)
        documents.clear()
        lines.clear()
