"""Encryption of credentials and sign-ins: `cryptography`'s Fernet, each value naming the key it was made with."""

import hashlib
import re
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

PLAIN = "plain:"
KEY_ID = re.compile(r"[0-9a-f]{8}")


class UnreadableSecret(Exception):
    """A stored secret that none of the configured keys opens."""


class Unreadable(str):
    """Stands for a stored secret that no configured key opens: empty to read, and written back as it was stored.

    So one account's lost key stops that account, and says so, instead of every query that meets its row.
    """

    stored: str
    reason: str

    @classmethod
    def of(cls, stored: str, reason: str) -> "Unreadable":
        secret = cls()
        secret.stored, secret.reason = stored, reason
        return secret


@lru_cache(maxsize=8)
def _keys(configured: tuple[str, ...]) -> dict[str, Fernet]:
    """Key id → cipher, newest first."""
    return {key_id(key): Fernet(key) for key in configured}


def key_id(key: str) -> str:
    """Eight hexadecimal digits that name a key without telling it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def key_of(stored: str) -> str:
    """The id of the key that a stored value was made with; `plain` for one that is not encrypted."""
    return stored.partition(":")[0]


def encrypt(text: str) -> str:
    """`text` under the newest key, as `key id:token`."""
    newest, cipher = next(iter(_keys(settings.HUB.credentials_keys).items()))
    return f"{newest}:{cipher.encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """What `encrypt` was given; UnreadableSecret names the missing key."""
    if stored.startswith(PLAIN):
        return stored[len(PLAIN) :]
    name, _, token = stored.partition(":")
    if not KEY_ID.fullmatch(name):
        raise UnreadableSecret("a stored secret is in no form that this program writes; enter it anew")
    cipher = _keys(settings.HUB.credentials_keys).get(name)
    if cipher is None:
        raise UnreadableSecret(f"a stored secret needs the key {name}, which CREDENTIALS_KEYS does not hold; add that key again")
    try:
        return cipher.decrypt(token.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret(f"a stored secret named key {name} but does not open with it: the value was changed") from None


def mark_plain(text: str) -> str:
    """How a secret is stored when encryption is off, which only DEBUG allows."""
    return PLAIN + text
