"""Columns that are encrypted at rest."""

from typing import Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from partners import crypto


class EncryptedTextField(models.TextField):
    """Text encrypted with the newest of CREDENTIALS_KEYS, readable with any of them; it can be tested for null, not searched.

    What none of them opens is read as `crypto.Unreadable`.
    """

    is_secret = True

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, crypto.Unreadable):
            return value.stored
        return crypto.encrypt(str(value)) if settings.HUB.encrypt_credentials else crypto.mark_plain(str(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        try:
            return None if value is None else crypto.decrypt(value)
        except crypto.UnreadableSecret as error:
            return crypto.Unreadable.of(value or "", str(error))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched")
        return super().get_lookup(lookup_name)
