"""REST resources of customers and sign-in."""
