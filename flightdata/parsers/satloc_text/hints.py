"""What a log says about itself in its comments."""

import re
from collections.abc import Iterable

MOST_IDS = 20
_JOB = re.compile(
    r"\b(?:external|agm)?[ _-]?job[ _-]?(?:id|number|no\.?|name)?\s*[:=]\s*[\"']?([A-Za-z0-9][A-Za-z0-9._-]{0,63})", re.IGNORECASE
)


class Hints:
    """Collects from comment lines, in file order, in bounded memory."""

    def __init__(self) -> None:
        self.job_ids: dict[str, None] = {}
        self.synthetic = False
        self.any_text = False
        self._first_comment_seen = False

    def add(self, comments: Iterable[str]) -> None:
        for comment in comments:
            self.any_text = self.any_text or bool(comment)
            if comment.startswith("#"):
                self._add_remark(comment)

    def _add_remark(self, comment: str) -> None:
        if not self._first_comment_seen:
            self.synthetic = "synthetic" in comment.lower()
            self._first_comment_seen = True
        for found in _JOB.finditer(comment):
            if len(self.job_ids) < MOST_IDS:
                self.job_ids.setdefault(found.group(1).rstrip("."))
