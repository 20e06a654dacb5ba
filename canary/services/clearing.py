"""Taking away what a run made: its rows, and its files."""

from django.db import transaction

from accounts.apart import canarys
from accounts.models import Customer, User
from assignments.models import Job, JobAssignment
from flightdata import store
from flightdata.models import Application, ApplicationFile, LogVersion, PartnerLog
from partners.models import Partner, PartnerSystemUser
from work.apart import OWNER
from work.kinds import all_kinds

IN_ORDER = (
    Application, LogVersion, PartnerLog, ApplicationFile, JobAssignment, Job, PartnerSystemUser, Partner, User, Customer,
)  # fmt: skip
"""What is protected by another row comes after it; what hangs on these goes with them."""


def clear_away() -> bool:
    """Take away all that is the canary's. False, and nothing is done, while somebody works on any of it.

    Runs in the transaction that holds the canary's row: a worker that lost it may not take away the next run.
    """
    if under_way():
        return False
    canarys(PartnerLog.objects.all()).update(application=None)
    for model in IN_ORDER:
        canarys(model._default_manager.all()).delete()
    transaction.on_commit(lambda: store.remove_all_of(OWNER))
    return True


def under_way() -> bool:
    """Whether a worker has any of its rows in hand."""
    rows = (canarys(kind.model._default_manager.all()) for kind in all_kinds())
    return any(found.filter(lease_token__isnull=False).exists() for found in rows)
