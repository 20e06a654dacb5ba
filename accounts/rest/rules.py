"""Which roles a rule speaks of."""

from accounts.states import Role

OPS = frozenset({Role.OPS})
OFFICE = frozenset({Role.OPS, Role.CUSTOMER})
READERS = frozenset({Role.OPS, Role.CUSTOMER, Role.PILOT})
OFFICE_AND_PARTNER = frozenset({Role.OPS, Role.CUSTOMER, Role.PARTNER})
EVERYBODY = frozenset(Role)
