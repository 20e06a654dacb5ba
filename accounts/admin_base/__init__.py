"""What the admin's pages are made of, for every app: lists that never count a huge table, actions that ask first and say what
they did, history and related lists one click away. Nothing from outside is edited by hand, and no select lists a whole table.
"""

from accounts.admin_base.actions import PersonAction, by_actor
from accounts.admin_base.columns import ago, badge, changes, cut, linked, listed, to_list
from accounts.admin_base.filters import Choice, RelatedFilter, in_state, is_newer_than, is_older_than, question, waits
from accounts.admin_base.forms import SecretField, ServiceForm
from accounts.admin_base.pages import HubAdmin, Link, ReadOnlyAdmin, ServiceAdmin

__all__ = [
    "Choice",
    "HubAdmin",
    "Link",
    "PersonAction",
    "ReadOnlyAdmin",
    "RelatedFilter",
    "SecretField",
    "ServiceAdmin",
    "ServiceForm",
    "ago",
    "badge",
    "by_actor",
    "changes",
    "cut",
    "in_state",
    "is_newer_than",
    "is_older_than",
    "linked",
    "listed",
    "question",
    "to_list",
    "waits",
]
