"""Backup and restore: the database, and the files it names, as they were at one moment, while the hub goes on working.

Beside the backups of one target lie its files, each once, under its SHA-256. `docs/backup.md` is for operators; ADR 16 says what
becomes of work that was under way.
"""


class Impossible(Exception):
    """It cannot be backed up or restored: one line for the operator, with what to do."""
