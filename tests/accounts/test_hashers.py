"""How passwords are kept, and what becomes of those that were kept otherwise."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from agmission_partners.settings import PASSWORD_HASHERS
from tests.support.scene import a_customer, a_user

pytestmark = pytest.mark.django_db
PASSWORD = "rows-of-winter-wheat"
PBKDF2 = "pbkdf2_sha256"


@pytest.fixture(autouse=True)
def real_hashers(settings: Any) -> None:
    settings.PASSWORD_HASHERS = PASSWORD_HASHERS


def test_a_password_is_kept_as_owasp_says() -> None:
    assert make_password(PASSWORD).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(("typed", "status", "kept_as"), [(PASSWORD, 200, "argon2"), ("wrong", 401, PBKDF2)])
def test_one_that_was_kept_otherwise_is_kept_anew_at_the_next_sign_in(client: Any, typed: str, status: int, kept_as: str) -> None:
    user = a_user(a_customer())
    user.password = make_password(PASSWORD, hasher=PBKDF2)
    user.save()
    body = {"username": user.username, "password": typed}
    assert client.post("/api/v1/auth/login", body, content_type="application/json").status_code == status
    user.refresh_from_db()
    assert user.password.split("$")[0] == kept_as
