"""Which partners this installation can talk to, by the name that ``Partner.adapter`` and ``partnerType`` carry.

An installed package adds a partner by an entry point in the group ``agmission_partners.adapters``: its name is the
partner's, its object a `PartnerAdapter` subclass. One that cannot be loaded is listed as unavailable with the reason and
stops nobody else.
"""

from __future__ import annotations

import threading
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType

from partners.adapters.base import PartnerAdapter
from partners.adapters.satloc import SatLocAdapter

ENTRY_POINT_GROUP = "agmission_partners.adapters"

_NO_PUBLIC_INTERFACE = (
    "The implementation guide names it without describing an interface, and this project knows no public document of how"
    " jobs and logs are exchanged with it."
)

KNOWN_UNAVAILABLE = MappingProxyType(
    {
        "agidronex": _NO_PUBLIC_INTERFACE,
        "dji": _NO_PUBLIC_INTERFACE,
        "parrot": _NO_PUBLIC_INTERFACE,
        "other": "It is the implementation guide's placeholder for partners without a name; there is no system behind it.",
    }
)
"""Partners that people ask for and that nobody can implement from public documents, with the reason."""


class UnknownPartner(LookupError):
    """No adapter has this name; the text names those there are."""


class Registry:
    """Adapter classes by name. Entry points are loaded at the first question, once."""

    def __init__(self, group: str | None = ENTRY_POINT_GROUP) -> None:
        self._group = group
        self._lock = threading.RLock()
        self._classes: dict[str, type[PartnerAdapter]] = {}
        self._broken: dict[str, str] = {}

    def register(self, name: str, adapter: type[PartnerAdapter]) -> None:
        """Add a partner; raises TypeError for what is no adapter class, ValueError for a bad or taken name."""
        if not (isinstance(adapter, type) and issubclass(adapter, PartnerAdapter)):
            raise TypeError(f"{name}: {adapter!r} is no subclass of PartnerAdapter.")
        if name != name.casefold().strip() or not name:
            raise ValueError(f"{name!r} is no name for a partner; write it in lower case, without spaces around it.")
        if self._classes.get(name, adapter) is not adapter:
            raise ValueError(f"The partner {name} is registered already, as {self._classes[name].__qualname__}.")
        self._classes[name] = adapter

    def get(self, name: str) -> type[PartnerAdapter]:
        """The adapter class; raises UnknownPartner, with the reason where the partner is known but unavailable."""
        self._load_entry_points()
        try:
            return self._classes[name]
        except KeyError:
            raise UnknownPartner(self.refusal(name)) from None

    def refusal(self, name: str) -> str:
        """Why this partner cannot be used, and which can, in words."""
        unavailable = self.unavailable()
        reason = unavailable.get(name, "No adapter has this name.")
        known = f" Known, and not available yet: {', '.join(unavailable)}." if unavailable else ""
        return f"The partner {name} is not available. {reason} Available are: {', '.join(self.names())}.{known}"

    def names(self) -> list[str]:
        """All partners that can be used, sorted."""
        self._load_entry_points()
        return sorted(self._classes)

    def is_supported(self, name: str) -> bool:
        return name in self.names()

    def unavailable(self) -> dict[str, str]:
        """Partners that are known but cannot be used, with the reason."""
        self._load_entry_points()
        return {name: reason for name, reason in {**KNOWN_UNAVAILABLE, **self._broken}.items() if name not in self._classes}

    def _load_entry_points(self) -> None:
        with self._lock:
            group, self._group = self._group, None
            for entry in entry_points(group=group) if group else ():
                self._load(entry)

    def _load(self, entry: EntryPoint) -> None:
        try:
            self.register(entry.name, entry.load())
        except Exception as fault:  # noqa: BLE001 - another's package must not stop the hub; its fault is listed
            self._broken[entry.name] = f"Its package cannot be loaded: {type(fault).__name__}: {fault}."


_registry = Registry()
_registry.register("satloc", SatLocAdapter)

register = _registry.register
get = _registry.get
names = _registry.names
is_supported = _registry.is_supported
unavailable = _registry.unavailable
refusal = _registry.refusal
