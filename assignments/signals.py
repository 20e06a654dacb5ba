"""What the apps above are told, inside the transaction in which it happens. A receiver that raises undoes it."""

from django.dispatch import Signal

assignment_completed = Signal()
"""Sent with `assignment` when a person or the clock completes it."""

job_revised = Signal()
"""Sent with `job` when what is flown, or measured against, was edited."""

max_retries_reached = Signal()
"""Sent with `assignment`, `attempts`, `error_code` and `error` when the last retry of an upload failed (the guide's
`maxRetriesReached`): once for each time that the hub gave up so. A partner that refused the job was not retried."""
