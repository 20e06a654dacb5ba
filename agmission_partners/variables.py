"""Reads variables: from the environment, and where it is silent from `DATA_DIR/env`, the file that `make run` writes.

Imports nothing of Django, as the answer is wanted before Django can load.
"""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from environs import Env, EnvError, ValidationError, validate

PROJECT_DIR = Path(__file__).resolve().parent.parent
A_YEAR = 366 * 24 * 3600 * 1000


class WrongVariable(Exception):
    """A variable that is missing or malformed. Its text is one line: which, and what is expected; never a value."""

    def __init__(self, name: str, problem: str, expected: str) -> None:
        super().__init__(f"{name} {problem}: expected {expected}")
        self.name = name


class Variables(Env):
    """An `environs.Env` over layers of which the first that speaks wins; every `NAME` may be a file, `NAME_FILE`.

    An empty value counts as not set, as compose files write it. All methods raise `WrongVariable`.
    """

    def __init__(self, *layers: Mapping[str, str | None]) -> None:
        super().__init__()
        self._layers = layers

    def _get_value(self, env_key: str, default: Any) -> Any:
        for layer in self._layers:
            value, path = layer.get(env_key), layer.get(f"{env_key}_FILE")
            if value and path:
                raise WrongVariable(env_key, f"is set twice, also as {env_key}_FILE", "one of the two")
            if path:
                return _read_secret(f"{env_key}_FILE", path)
            if value:
                return value
        return default

    def is_set(self, name: str) -> bool:
        """Whether any layer gives `name`, as a value or as a file."""
        return self._get_value(name, None) is not None

    def text(self, name: str, expected: str, default: str | None = None, *, check: Callable[[str], object] | None = None) -> str:
        """A text; `check` refuses it with a ValueError. Without a `default` it must be set."""
        accept = _as_validator(check) if check else None
        return str(self._read(self.str, name, expected, default, validate=accept))

    def optional_text(self, name: str) -> str:
        """A text that may be absent: then the empty string."""
        return str(self.str(name, ""))

    def flag(self, name: str, *, default: bool) -> bool:
        """true or false (also yes/no, on/off, 1/0)."""
        return bool(self._read(self.bool, name, "true or false", default))

    def number(self, name: str, default: int, *, minimum: int, maximum: int) -> int:
        """A whole number within bounds, both included."""
        expected = f"a whole number from {minimum} to {maximum}"
        return int(self._read(self.int, name, expected, default, validate=validate.Range(minimum, maximum)))

    def duration(self, name: str, default: int, *, minimum: int, maximum: int = A_YEAR) -> timedelta:
        """A duration given in milliseconds within bounds, both included."""
        expected = f"milliseconds, a whole number from {minimum} to {maximum}"
        bounds = validate.Range(minimum, maximum)
        return timedelta(milliseconds=self._read(self.int, name, expected, default, validate=bounds))

    def words(self, name: str, expected: str, *, check: Callable[[str], object] | None = None) -> tuple[str, ...]:
        """A list separated by commas; empty where it is not set."""
        accept = (lambda items: [_as_validator(check)(item) for item in items]) if check else None
        return tuple(word.strip() for word in self._read(self.list, name, expected, [], validate=accept))

    def first_of(self, name: str, older_name: str) -> str:
        """Which of two spellings is the one to read: layer by layer, the newer before the older."""
        for layer in self._layers:
            for spelling in (name, older_name):
                if layer.get(spelling) or layer.get(f"{spelling}_FILE"):
                    return spelling
        return name

    def _read(self, method: Callable[..., Any], name: str, expected: str, default: Any, **options: Any) -> Any:
        try:
            if default is None:
                if not self.is_set(name):
                    raise WrongVariable(name, "is missing", expected)
                return method(name, **options)
            return method(name, default, **options)
        except EnvError as error:
            raise WrongVariable(name, "is malformed", expected) from error


def _as_validator(check: Callable[[str], object]) -> Callable[[str], None]:
    def accept(value: str) -> None:
        try:
            check(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return accept


def _read_secret(name: str, path: str) -> str:
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise WrongVariable(name, f"names {path}, which cannot be read ({reason})", "the path of a readable file") from error
    if not secret:
        raise WrongVariable(name, f"names {path}, which is empty", "a file with the value in it")
    return secret


def data_dir() -> Path:
    """Where everything is kept: DATA_DIR, else `var` in the project."""
    return Path(os.environ.get("DATA_DIR") or PROJECT_DIR / "var").absolute()


def made_file(directory: Path) -> Path:
    """The file of what `make run` made for this directory: keys, broker address."""
    return directory / "env"


def read_made_text(directory: Path) -> str:
    """The text of that file; empty where there is none."""
    path = made_file(directory)
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise WrongVariable("DATA_DIR", f"holds {path}, which cannot be read", "a readable text file there") from error


def parse_made(text: str) -> dict[str, str | None]:
    """The variables in such a text, `NAME='value'` a line; the later of two wins."""
    return dict(dotenv_values(stream=StringIO(text), interpolate=False))


def variables() -> Variables:
    """The variables of this process: the environment, then `DATA_DIR/env`."""
    return Variables(os.environ, parse_made(read_made_text(data_dir())))
