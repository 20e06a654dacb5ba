"""What a SOURCE may be: a file of `mongoexport` or `mongodump`, a folder of them, or a database that runs."""

from pathlib import Path

from moving_in.sources.base import Part, Source, SourceUnreadable
from moving_in.sources.files import file_source, folder_source
from moving_in.sources.mongo import is_address, mongo_source

__all__ = ["Part", "Source", "SourceUnreadable", "open_source"]


def open_source(name: str) -> Source:
    """The source of this name; SourceUnreadable says why it is none."""
    if is_address(name):
        return mongo_source(name)
    path = Path(name).expanduser()
    if path.is_dir():
        return folder_source(path)
    if not path.is_file():
        raise SourceUnreadable(f"there is no file or folder {name}; a database's address begins with mongodb://")
    return file_source(path)
