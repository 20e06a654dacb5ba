"""What other programs of this process may be told about partners, after the transaction in which it happened."""

from django.dispatch import Signal

health_changed = Signal()
"""Sent once for each change, with `partner`, `system_user` (None: the partner itself), `before`, `after` (as in
`states.HealthStatus`) and `reason`."""
