"""A Django app of the tests alone: rows, and a kind of work on them, that mean nothing but what a test makes of them."""
