"""Partners and customers' accounts there. An account that is made here is paused until a person resumes it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import User
from moving_in import kinds
from moving_in.documents import Document, Unreadable, as_json
from moving_in.keys import key_of
from moving_in.services.batches import Batch, rest_of
from moving_in.services.book import Account, Book
from moving_in.services.people import customer_for
from moving_in.services.reading import reference
from partners.adapters import registry
from partners.models import PARTNER_CODE, Partner, PartnerSystemUser, default_configuration
from partners.services import configuration as configurations
from partners.services.organizations import create_partner
from partners.services.system_users import create_system_user
from work.apart import OWNER
from work.errors import Refused

PLACEHOLDER = "moved-in"


def is_code(text: str) -> bool:
    """Whether a partner can be called so."""
    try:
        PARTNER_CODE(text)
    except ValidationError:
        return False
    return True


def load_partners(batch: Batch, book: Book) -> None:
    """Found by their code, or made with a login that nobody can use before ops set a password."""
    for document in batch.unknown():
        try:
            code = document.text("partnerCode", "code", longest=40)
            if not code or not is_code(code):
                raise Unreadable("has no partnerCode of letters, digits, dots, hyphens and underscores")
            found = Partner.objects.filter(code=code).first()
            if found and found.pk == OWNER:
                raise Unreadable(f"has the partnerCode {code}, which is the hub's own")
            partner = found or _partner(code, document, book)
            batch.keep(document, partner.pk, rest_of(document), there=bool(found))
            book.meet_partner(document.legacy_id, partner)
        except (Unreadable, Refused) as refusal:
            batch.refuse(document, str(refusal))


def _partner(code: str, document: Document, book: Book) -> Partner:
    name = document.text("partnerName", "name") or code
    adapter = (document.text("adapter", longest=40) or code).lower()
    login = document.text("username", longest=150)
    active = document.take("active") is not False
    if not registry.is_supported(adapter):
        document.notes.append(f"no adapter {adapter} is registered; the partner is not active")
        active = False
    return _create(book, code, name, adapter, active, login, _configuration(document, adapter))


def _create(
    book: Book, code: str, name: str, adapter: str, active: bool, login: str = "", settings: dict[str, Any] | None = None
) -> Partner:
    names = [one for one in (login, f"{code.lower()}-partner", f"{code.lower()}-moved-in") if one]
    taken = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    username = next((one for one in names if one not in taken), None)
    if username is None:
        raise Unreadable(f"needs a login, and the username {names[0]} is somebody else's")
    return create_partner(
        actor=book.options.actor,
        login={"username": username, "name": name},
        configuration=settings or {},
        code=code,
        name=name,
        adapter=adapter,
        active=active,
    )


def _configuration(document: Document, adapter: str) -> dict[str, Any]:
    """What the hub knows of it; where anything is wrong with it, all of it stays in the rest."""
    given = document.take("configuration", "partnerConfiguration")
    if not isinstance(given, dict):
        return {}
    known = {name: as_json(value) for name, value in given.items() if name in (*default_configuration(), "baseUrl")}
    names = ("configuration", "partnerConfiguration")
    wrong = _wrong(known)
    faults = [] if wrong else configurations.faults({**default_configuration(), **known}, adapter)
    if wrong or faults:
        document.put_back(names, f"configuration is not used: {', '.join(wrong or [fault.field for fault in faults])}")
        return {}
    if len(known) < len(given):
        document.put_back(names, f"configuration: unknown: {', '.join(sorted(set(given) - set(known)))}")
    return known


def _wrong(known: dict[str, Any]) -> list[str]:
    """Fields of another type than the hub's own."""
    shapes: dict[str, type] = {
        "supportsRealtime": bool, "maxFileSize": int, "supportedFormats": list, "uploadFormat": str, "baseUrl": str,
    }  # fmt: skip
    bad = [name for name, value in known.items() if type(value) is not shapes[name]]
    formats = known.get("supportedFormats")
    if isinstance(formats, list) and not all(one in configurations.FILE_FORMATS for one in formats):
        bad.append("supportedFormats")
    size = known.get("maxFileSize", 1)
    if "maxFileSize" not in bad and not 0 < size <= configurations.LARGEST_JOB_FILE:
        bad.append("maxFileSize")
    return bad


def load_accounts(batch: Batch, book: Book) -> None:
    """Found by partner, customer and login, or made, paused; secrets are encrypted as they are written."""
    for document in batch.unknown():
        try:
            _load_account(document, batch, book)
        except (Unreadable, Refused) as refusal:
            batch.refuse(document, str(refusal))


def _load_account(document: Document, batch: Batch, book: Book) -> None:
    partner_ref = reference(document, "partnerId", "partner", "partnerCode")
    partner = book.partner(partner_ref) if partner_ref else None
    if partner is None:
        raise Unreadable(f"is an account at the partner {partner_ref or '(none is named)'}, which is not known here")
    owner = reference(document, "customerId", "customer", "parent")
    customer_id = customer_for(owner, book)
    if customer_id is None:
        raise Unreadable(f"belongs to the customer {owner or '(none is named)'}, who is not known here")
    username = document.text("partnerUsername", "username")
    if not username:
        raise Unreadable("has no partnerUsername")
    same = PartnerSystemUser.objects.filter(partner=partner, customer_id=customer_id, partner_username=username)
    found = same.select_related("partner").first()
    row = found or _account(document, book, partner, customer_id, username)
    batch.keep(document, row.pk, rest_of(document), there=bool(found))
    book.meet_account(document.legacy_id, row)


def _account(document: Document, book: Book, partner: Partner, customer_id: UUID, username: str) -> PartnerSystemUser:
    return create_system_user(
        actor=book.options.actor,
        id=key_of(kinds.ACCOUNT, document.legacy_id),
        partner=partner,
        customer=book.tenant(customer_id),
        partner_username=username,
        name=document.text("name"),
        partner_user_id=document.text("partnerUserId", longest=100),
        company_id=document.text("companyId", longest=100),
        api_key=_secret(document, "apiKey"),
        api_secret=_secret(document, "apiSecret"),
        active=document.take("active") is not False,
        paused_by_person=True,
    )


def _secret(document: Document, name: str) -> str:
    """As it is: no blank is taken off. What is no text stays in the rest, where secrets are encrypted too."""
    value = document.take(name)
    if value is None:
        return ""
    if isinstance(value, str) and len(value) <= 4000 and "\0" not in value:
        return value
    document.put_back((name,), f"{name} is no text; enter it anew")
    return ""


def missing_account(partner_type: str, customer_id: UUID, book: Book) -> Account:
    """An account about which nothing is known: paused, and without a login until somebody enters one."""
    partner = book.partner(partner_type)
    if partner is None:
        if not is_code(partner_type):
            raise Unreadable(f"has the partnerType {partner_type}, which is no partner's name")
        supported = registry.is_supported(partner_type)
        partner = _create(book, partner_type.upper(), partner_type.title(), partner_type, supported)
        book.meet_partner(partner_type, partner)
    row = create_system_user(
        actor=book.options.actor,
        partner=partner,
        customer=book.tenant(customer_id),
        partner_username=PLACEHOLDER,
        name="Moved in: enter its login, then resume it",
        paused_by_person=True,
    )
    return book.meet_account(str(row.pk), row)
