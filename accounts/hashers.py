"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """With the parameters that OWASP's Password Storage Cheat Sheet names first: 19 MiB, two rounds, one lane.

    Django's own ask for 100 MiB and eight lanes each time: too much for the threads of one web server all at once.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
