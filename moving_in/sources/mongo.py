"""A database that runs. It is only read."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bson import json_util
from bson.codec_options import CodecOptions
from bson.errors import BSONError
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.collection import Collection as RawCollection
from pymongo.database import Database
from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError
from pymongo.uri_parser import parse_uri

from moving_in import kinds
from moving_in.documents import Raw
from moving_in.sources.base import Source, SourceUnreadable
from moving_in.sources.files import decoded

SCHEMES = ("mongodb://", "mongodb+srv://")
PATIENCE_MS = 10_000
PAGE = 2_000
RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
"""As bytes: what cannot be read is one document then, and not a page of them."""


def is_address(name: str) -> bool:
    """Whether it is the address of a database."""
    return name.startswith(SCHEMES)


@dataclass(frozen=True)
class Collection:
    """One collection, in the order of its keys, so that reading can go on behind any of them."""

    database: "Database[dict[str, Any]]"
    name: str

    @property
    def kinds(self) -> frozenset[str]:
        return kinds.of_name(self.name)

    def _raw(self) -> "RawCollection[RawBSONDocument]":
        return self.database.get_collection(self.name, RAW)  # type: ignore[return-value]  # of the class that the options name

    def read(self, *, after: int = 0, mark: str = "") -> Iterator[Raw]:
        """A comparison is about keys of one type alone, so keys of other types are read once more rather than left out."""
        behind = {"_id": {"$not": {"$lte": json_util.loads(mark)}}} if mark else {}
        found = self._raw().find(behind).sort("_id", 1).batch_size(PAGE)
        position = after
        try:
            for document in found:
                position += 1
                raw = decoded(position, bytes(document.raw))
                mark = raw.mark = json_util.dumps(raw.fields["_id"]) if raw.fields else mark
                yield raw
        except (PyMongoError, BSONError) as error:
            words = f"the database stopped answering: {type(error).__name__}"
            yield Raw(f"document {position + 1}", position + 1, fault=words, is_end=True)


def mongo_source(address: str) -> Source:
    """The collections of the database that an address names."""
    try:
        told = parse_uri(address, warn=False) if address.startswith(SCHEMES[0]) else None
        client: MongoClient[dict[str, Any]] = MongoClient(address, serverSelectionTimeoutMS=PATIENCE_MS, tz_aware=True)
        database = client.get_default_database()
        names = sorted(database.list_collection_names())
    except ConfigurationError as error:
        hint = "name the database: mongodb://host/DATABASE" if "default database" in str(error) else type(error).__name__
        raise SourceUnreadable(f"the address cannot be used: {hint}") from None
    except (InvalidURI, ValueError):
        raise SourceUnreadable("this is no MongoDB address; one is mongodb://user:password@host:27017/database") from None
    except PyMongoError as error:
        raise SourceUnreadable(f"the database does not answer: {type(error).__name__}: {_without(address, error)}") from None
    known = [name for name in names if kinds.of_name(name)]
    if not known:
        raise SourceUnreadable(f"the database {database.name} holds no collection that is known by its name")
    hosts = sorted(f"{host}:{port}" for host, port in told["nodelist"]) if told else ["srv"]
    label = f"mongodb://{','.join(hosts)}/{database.name}"
    identity = json.dumps([label, hashlib.sha256(address.encode()).hexdigest()])
    return Source(label, identity, [Collection(database, name) for name in known], [name for name in names if name not in known])


def _without(address: str, error: Exception) -> str:
    """The driver's words, where they do not hold what the address holds."""
    words = str(error).split(", Timeout:")[0][:200]
    secret = address.split("@")[0].split("://")[1] if "@" in address else ""
    return words if not any(part and part in words for part in secret.split(":")) else "(no more is said)"
