"""A program that says by which means it believes to have been started: `python -m tests.workbench.origin`."""

from work.provenance import current

print(f"by {current().via!r}")
