"""Admin pages of partners, customers' accounts there, and what was said to whom."""

from partners.admin import accounts, organizations, records

__all__ = ["accounts", "organizations", "records"]
