"""Customers and the people who sign in. Nobody's password is taken: ops sets new ones."""

from typing import Any
from uuid import UUID

from accounts.models import Customer, User
from accounts.services import values
from accounts.services.users import OBJECT_TYPE
from accounts.states import Role, Units
from moving_in import kinds
from moving_in.documents import Document, Unreadable
from moving_in.keys import key_of
from moving_in.services.batches import Batch, origin_of, rest_of
from moving_in.services.book import Book, Person
from moving_in.services.reading import reference
from work import history
from work.apart import OWNER

ADMINISTRATORS = ("ops", "admin", "administrator", "superuser", "sysadmin")
PLACEHOLDER, PLACEHOLDER_NAME = "moved-in", "Moved in from the old system"


def load_customers(batch: Batch, book: Book) -> None:
    """Found by their code, or made."""
    for document in batch.unknown():
        try:
            code = document.text("code", "customerCode", longest=40) or document.legacy_id[:40]
            name = document.text("name", "companyName", "company") or code
            found = of_code(code)
            row = found or _made(code, name, book, **_ways(document), active=document.take("active") is not False)
            batch.keep(document, row.pk, rest_of(document), there=bool(found))
            book.meet_customer(document.legacy_id, row.pk)
        except Unreadable as refusal:
            batch.refuse(document, str(refusal))


def _ways(document: Document) -> dict[str, Any]:
    units, zone = document.text("units"), document.text("timeZone", "timezone")
    found: dict[str, Any] = {}
    if units in Units.values:
        found["units"] = units
    elif units:
        document.put_back(("units",), "units are neither metric nor us")
    if zone and _is_zone(zone):
        found["time_zone"] = zone
    elif zone:
        document.put_back(("timeZone", "timezone"), "timeZone is no name such as America/Chicago")
    return found


def _is_zone(zone: str) -> bool:
    from zoneinfo import available_timezones

    return zone in available_timezones()


def _made(code: str, name: str, book: Book, **fields: Any) -> Customer:
    row = Customer.objects.create(code=code, name=name, **fields)
    history.record("customer", row.pk, "created", actor=book.options.actor, after=values.all_of(row))
    return row


def of_code(code: str) -> Customer | None:
    """The customer of this code; the canary's is nobody's."""
    found = Customer.objects.filter(code=code).first()
    if found and found.pk == OWNER:
        raise Unreadable(f"has the code {code}, which is the hub's own")
    return found


def customer_for(reference_: str, book: Book, name: str = "") -> UUID | None:
    """Whose something is; with `--create-missing` a customer of that code is made where there is none."""
    found = book.customer(reference_)
    if found or not book.options.create_missing:
        return found
    code = reference_ if reference_ and len(reference_) <= 40 else PLACEHOLDER
    row = of_code(code) or _made(code, name or PLACEHOLDER_NAME, book)
    book.meet_customer(reference_, row.pk)
    return row.pk


def load_users(batch: Batch, book: Book) -> None:
    """Found by their legacyId, or made without a password."""
    new = batch.unknown()
    known = book.people(document.legacy_id for document in new)
    names = _Names(new)
    made: list[User] = []
    for document in new:
        try:
            if document.legacy_id in known:
                batch.keep(document, known[document.legacy_id].key, rest_of(document), there=True)
            elif user := _user(document, batch, book, names):
                batch.keep(document, user.pk, rest_of(document))
                made.append(user)
                book.meet(user)
        except Unreadable as refusal:
            batch.refuse(document, str(refusal))
    _write(made, book)


def _user(document: Document, batch: Batch, book: Book, names: "_Names") -> User | None:
    role, tenant = _role(document), reference(document, *kinds.OWNERS)
    name = document.text("name", "fullName", "contact") or document.text("companyName", "company")
    if not tenant and role == Role.CUSTOMER:
        customer_id: UUID | None = _tenant(document, name, batch, book)
    else:
        customer_id = customer_for(tenant, book)
    if customer_id is None:
        raise Unreadable(f"belongs to {f'the customer {tenant}, who' if tenant else 'a customer who'} is not known here")
    return User(
        id=key_of(kinds.USER, document.legacy_id),
        username=names.free(document, customer_id),
        legacy_id=_fitting(document.legacy_id),
        name=name,
        email=document.text("email", longest=254),
        role=role,
        customer_id=customer_id,
        is_active=document.take("active") is not False,
    )


def _fitting(legacy_id: str) -> str:
    if len(legacy_id) > 40:
        raise Unreadable("has an _id longer than 40 characters, by which no user can be found")
    return legacy_id


def _tenant(document: Document, name: str, batch: Batch, book: Book) -> UUID:
    """An operator's own login was the operator, in the old system."""
    known = book.customer(document.legacy_id)
    if known:
        return known
    code = document.text("code", "customerCode", longest=40) or document.legacy_id[:40]
    row = of_code(code) or _made(code, name or code, book)
    batch.origins.append(origin_of(kinds.CUSTOMER, document.legacy_id, row.pk))
    book.meet_customer(document.legacy_id, row.pk)
    return row.pk


def _role(document: Document) -> Role:
    """A pilot sees least, and is what somebody of an unknown role becomes."""
    word = document.text(*kinds.ROLES).lower()
    if word in ADMINISTRATORS:
        raise Unreadable("is an administrator: people who may do everything are made by hand")
    if word and word not in (*kinds.OFFICE, "pilot"):
        document.put_back(kinds.ROLES, "the role is none that is known here; taken as a pilot")
    return Role.CUSTOMER if word in kinds.OFFICE else Role.PILOT


class _Names:
    """Usernames of a batch, and whose they are."""

    def __init__(self, documents: list[Document]) -> None:
        wanted = {name for document in documents for name in self._of(document)}
        self._taken = dict(User.objects.filter(username__in=wanted).values_list("username", "customer"))

    def _of(self, document: Document) -> list[str]:
        copy = Document(document.fields)
        named = copy.text("username", longest=150) or copy.text("email", longest=150)
        return [name for name in (named, f"moved-{document.legacy_id}"[:150]) if name]

    def free(self, document: Document, customer_id: UUID) -> str:
        """The document's own, or one made of its `_id` where somebody elsewhere has that.

        Somebody of the same customer is probably the same person, whom two accounts would not serve.
        """
        wanted = self._of(document)
        document.take("username")
        name = next((name for name in wanted if name not in self._taken), None)
        if name is None or self._taken.get(wanted[0]) == customer_id:
            words = f"has the username {wanted[0]}, which the customer's own user has here"
            raise Unreadable(f"{words}; give that one the legacyId {document.legacy_id}, and run this again")
        if name != wanted[0]:
            document.notes.append(f"the username {wanted[0]} is taken here; it is {name} now")
        self._taken[name] = customer_id
        return name


def missing_user(legacy_id: str, customer_id: UUID, book: Book) -> Person:
    """A pilot about whom nothing is known but the old id."""
    if not 0 < len(legacy_id) <= 40:
        raise Unreadable("names a user by an id longer than 40 characters")
    user = User(
        id=key_of(kinds.USER, legacy_id),
        username=f"moved-{legacy_id}",
        legacy_id=legacy_id,
        role=Role.PILOT,
        customer_id=customer_id,
    )
    if User.objects.filter(username=user.username).exists():
        raise Unreadable(f"names the user {legacy_id}, and somebody else has the username {user.username}")
    _write([user], book)
    return book.meet(user)


def _write(users: list[User], book: Book) -> None:
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_create(users)
    after: dict[history.Key, history.Values] = {user.pk: values.all_of(user) for user in users}
    history.record_all(OBJECT_TYPE, after, "created", actor=book.options.actor, after=after)
