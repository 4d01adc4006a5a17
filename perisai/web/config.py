"""Where this installation lives: data folder, database, addresses; resolved once and exported to every process.

The data folder is ``--data``, else ``PERISAI_DATA``, else ``./data``. Without ``DATABASE_URL`` the database is the
embedded one in that folder. Settings and child processes read only the environment that ``export`` writes.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from perisai import keys

HOST = "127.0.0.1"
PORT = 8000
ANY_HOST = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound


@dataclass(frozen=True)
class Config:
    data: Path
    embedded: bool
    database_url: str
    """The web role: serves everything, owns nothing."""
    owner_url: str
    """The owner role: migrations only. Empty when a server was given without it."""
    origin: str
    live_origin: str

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def log(self) -> Path:
        return self.data / "log"


def resolve(
    data: str | None = None,
    *,
    host: str = HOST,
    port: int | None = None,
    live_port: int | None = None,
    is_given_by_port: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Config:
    """Reads ``PERISAI_DATA``, ``DATABASE_URL``, ``DATABASE_OWNER_URL``, ``PERISAI_ORIGIN``, ``PERISAI_LIVE_ORIGIN``.

    ``--data`` given by hand means the embedded database, even where ``DATABASE_URL`` is set for something else.
    ``is_given_by_port``: a port given by hand names the address too (demo); else a proxy's address in the environment does.
    """
    folder = Path(data or environ.get("PERISAI_DATA") or "data").expanduser().resolve()
    given = environ.get("DATABASE_URL", "")
    exported = environ.get("PERISAI_EMBEDDED") == "1" and environ.get("PERISAI_DATA") == str(folder)
    embedded = not given or exported or data is not None
    # A child takes exactly the roles that its supervisor left it.
    is_told = bool(given) and (exported or not embedded)
    web, owner = (given, environ.get("DATABASE_OWNER_URL", "")) if is_told else _embedded_urls(folder)
    web_port = port or PORT
    shown = "127.0.0.1" if host in ANY_HOST else host
    by_hand = is_given_by_port and port is not None
    origin = "" if by_hand else environ.get("PERISAI_ORIGIN")
    live = "" if by_hand else environ.get("PERISAI_LIVE_ORIGIN")
    return Config(
        data=folder,
        embedded=embedded,
        database_url=web,
        owner_url=owner,
        origin=origin or f"http://{shown}:{web_port}",
        live_origin=live or f"http://{shown}:{live_port or web_port + 1}",
    )


def _embedded_urls(folder: Path) -> tuple[str, str]:
    from perisai.web.postgres import Cluster

    cluster = Cluster(folder)
    return cluster.url("web"), cluster.url("owner")


def export(config: Config) -> None:
    """Write ``config`` to ``os.environ`` for Django and for children. Call before ``django.setup()``."""
    os.environ.update(environment(config))


def environment(config: Config) -> dict[str, str]:
    return {
        "PERISAI_DATA": str(config.data),
        "PERISAI_EMBEDDED": "1" if config.embedded else "0",
        "DATABASE_URL": config.database_url,
        "DATABASE_OWNER_URL": config.owner_url,
        "PERISAI_ORIGIN": config.origin,
        "PERISAI_LIVE_ORIGIN": config.live_origin,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "perisai.web.settings"),
    }


def ensure_folders(config: Config) -> None:
    """Make the data folder's parts and every key. Readable by this user only: they hold people's data."""
    config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for part in ("keys", "attachments", "run", "log"):
        (config.data / part).mkdir(exist_ok=True, mode=0o700)
    os.environ["PERISAI_DATA"] = str(config.data)
    keys.ensure_all()
