"""Names: snake_case in Python, camelCase on the wire."""

import re
from functools import lru_cache

_AFTER_UNDERSCORE = re.compile(r"(?<=[A-Za-z0-9])_+([a-z0-9])")


@lru_cache(maxsize=4096)
def camel(name: str) -> str:
    """`partner_username` as `partnerUsername`; camelCase stays as it is."""
    return _AFTER_UNDERSCORE.sub(lambda match: match[1].upper(), name)
