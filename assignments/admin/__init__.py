"""Admin pages of jobs and assignments. States are moved by actions, never by an edited column."""

from assignments.admin import assignments, jobs, operations

__all__ = ["assignments", "jobs", "operations"]
