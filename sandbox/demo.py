"""What a new state file begins with, always the same, so that others may write it down."""

import uuid

from sandbox.accounts import Account, add_account, add_aircraft, has_accounts
from sandbox.database import Database

LOGIN = "demo@prairie-air.example"
PASSWORD = "prairie-demo-2025"  # noqa: S105 -- a documented login of a simulated cloud
OTHER_LOGIN = "demo@delta-ag.example"
OTHER_PASSWORD = "delta-demo-2025"  # noqa: S105 -- as above
TAIL_NUMBERS = ("HK4704", "N502AG", "N 8521 Q")
OTHER_TAIL_NUMBERS = ("N9021X",)


def demo_id(name: str) -> str:
    """The fixed UUID of a demo thing: `user:<login>`, `company:<login>` or `aircraft:<tail number>`."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://sandbox.example/{name}"))


def make_demo_world(database: Database) -> None:
    """Two companies with one account each, unless there are accounts already."""
    with database.transaction():
        if not has_accounts(database):
            _make_company(database, LOGIN, PASSWORD, TAIL_NUMBERS)
            _make_company(database, OTHER_LOGIN, OTHER_PASSWORD, OTHER_TAIL_NUMBERS)


def _make_company(database: Database, login: str, password: str, tail_numbers: tuple[str, ...]) -> None:
    account = Account(login, demo_id(f"user:{login}"), demo_id(f"company:{login}"))
    add_account(database, account, password)
    for tail_number in tail_numbers:
        add_aircraft(database, account.company_id, tail_number, demo_id(f"aircraft:{tail_number}"))
