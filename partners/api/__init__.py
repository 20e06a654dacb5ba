"""REST resources of partners, of customers' accounts there, and of users."""
