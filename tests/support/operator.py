"""The operator of a running hub, who asks it over HTTP."""

from typing import Any

import requests


class Operator:
    """Whoever has `url`, and `operator`: a name and a password."""

    url: str
    operator: tuple[str, str]
    _session: requests.Session | None = None

    def login(self, username: str, password: str) -> requests.Session:
        """A session that carries the token of this user."""
        session = requests.Session()
        answer = session.post(f"{self.url}/api/v1/auth/login", json={"username": username, "password": password}, timeout=30)
        assert answer.status_code == 200, answer.text
        session.headers["Authorization"] = f"Token {answer.json()['token']}"
        return session

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request of the operator, who signs in once."""
        self._session = self._session or self.login(*self.operator)
        return self._session.request(method, self.url + path, **{"timeout": 30, **options})

    def get(self, path: str, **options: Any) -> requests.Response:
        """GET as the operator."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """POST as the operator."""
        return self.request("POST", path, **options)
