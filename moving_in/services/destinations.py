"""Through which account, to which aircraft an old assignment went."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from moving_in.documents import Unreadable
from moving_in.services.book import Account, Book
from moving_in.services.organizations import missing_account


@dataclass(frozen=True)
class Sought:
    """What an assignment says of where it went. `account`: an old id, a key of ours, or nothing."""

    partner_type: str
    customer_id: UUID
    account: str = ""
    aircraft_id: str = ""


def account_for(sought: Sought, book: Book) -> Account:
    """The customer's account that is named, else its only one at that partner, else the only one with that aircraft."""
    usable = at_partner(book.accounts(sought.customer_id), sought.partner_type)
    if sought.account:
        key = book.account_key(sought.account)
        named = [one for one in usable if one.key == key]
        if named:
            return named[0]
        raise Unreadable(f"went through the account {sought.account[:60]}, which the job's customer does not have here")
    if len(usable) > 1 and sought.aircraft_id:
        usable = book.account_with(usable, sought.aircraft_id) or usable
    if len(usable) == 1:
        return usable[0]
    if usable:
        raise Unreadable(f"does not say through which of the customer's {len(usable)} accounts at {sought.partner_type} it went")
    if not book.options.create_missing:
        raise Unreadable(f"went through {sought.partner_type}, where the job's customer has no account here")
    return missing_account(sought.partner_type, sought.customer_id, book)


def at_partner(accounts: Iterable[Account], partner_type: str) -> list[Account]:
    """Those of a partner that goes by this name: its adapter's, or its own code."""
    return [one for one in accounts if partner_type in (one.adapter, one.code.lower())]
