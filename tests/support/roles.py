"""`tests/api/roles.txt`: who may do what, operation by operation."""

from functools import cache

from accounts.states import Role
from agmission_partners.variables import PROJECT_DIR

TABLE = PROJECT_DIR / "tests" / "api" / "roles.txt"
ALLOWED, OPEN = "allowed", "open"


@cache
def outcomes() -> dict[str, dict[Role, str]]:
    """Operation → role → `allowed`, `403`, `404`, or `open`: also to whoever is not signed in."""
    head, *lines = [line.split() for line in TABLE.read_text("utf-8").splitlines() if line.strip() and not line.startswith("#")]
    roles = [Role(word) for word in head[2:]]
    return {f"{method} {path}": dict(zip(roles, told, strict=True)) for method, path, *told in lines}
