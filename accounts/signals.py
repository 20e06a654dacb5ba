"""What the apps above are told, inside the transaction in which it happens."""

from django.dispatch import Signal

customer_switched = Signal()
"""Sent with `customer` when it is activated or deactivated."""
