"""What a test run makes on servers it shares with others, and how it takes it away again."""

import secrets
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis


def make_database(server: str, name: str) -> str:
    """Makes a database with a fresh name on the PostgreSQL server of this address; the new one's address."""
    fresh = f"{name}_{secrets.token_hex(6)}"
    _run(server, f'CREATE DATABASE "{fresh}"')
    return with_name(server, fresh)


def drop_database(address: str) -> None:
    """Drops the database of this address, whoever is still connected."""
    _run(address, f'DROP DATABASE IF EXISTS "{urlsplit(address).path[1:]}" WITH (FORCE)')


def with_name(address: str, name: str) -> str:
    """The address of another database on the same server."""
    return urlunsplit(urlsplit(address)._replace(path=f"/{name}"))


def drop_keys(address: str, prefix: str) -> None:
    """Deletes the keys with this prefix, and no other: the server may be shared."""
    with redis.Redis.from_url(address) as server:
        for key in server.scan_iter(match=f"{prefix}*"):
            server.delete(key)


def _run(server: str, statement: str) -> None:
    with psycopg.connect(with_name(server, "postgres"), autocommit=True) as connection:
        connection.execute(statement)
