"""What the disk refuses is no fault of the file at hand."""

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings

from partners.adapters.errors import ErrorCode
from work.kinds import Postponed

logger = logging.getLogger(__name__)

TRIED_AGAIN_AFTER = timedelta(minutes=1)

REFUSALS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
    }
)
"""Full, out of quota, read-only, without rights, broken, or too many files open: the same for every file."""


@contextmanager
def waited_for() -> Iterator[None]:
    """Work in this block that the disk refuses is no attempt: it waits, and says what for (Postponed)."""
    try:
        yield
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        folder = settings.HUB.data_dir
        reason = f"{folder} cannot be used: {error.strerror}; free space there, or correct its rights, and work goes on"
        logger.exception("%s", reason)
        raise Postponed(TRIED_AGAIN_AFTER, reason, {"error_code": ErrorCode.UNKNOWN_ERROR, "error": reason}) from None
