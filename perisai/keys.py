"""Keys of this installation: made on first use in ``DATA/keys`` (0600), or given by the environment.

``PERISAI_KEY_<NAME>`` wins over the file and has the same form: base64 for secrets, PEM for RSA, plain text for passwords.
Two processes that start at once read the same key: a file appears whole or not at all, and the first one stays.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

RING = "data"
SEAL_RING = "branch_seal"
RINGS = (RING, SEAL_RING)


class UnknownKey(KeyError):
    """No key has this name."""


@dataclass(frozen=True)
class Ring:
    """Keys that rotate: encrypt with ``current``, decrypt with whichever id the text names."""

    current: str
    keys: dict[str, bytes]


@dataclass(frozen=True)
class _Kind:
    make: Callable[[], bytes]
    read: Callable[[bytes], bytes]


def _make_secret() -> bytes:
    return base64.b64encode(secrets.token_bytes(32)) + b"\n"


def _make_password() -> bytes:
    return secrets.token_urlsafe(32).encode() + b"\n"


def _make_rsa() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


_SECRET = _Kind(_make_secret, base64.b64decode)
_PASSWORD = _Kind(_make_password, bytes.strip)
_RSA = _Kind(_make_rsa, bytes)

KINDS: dict[str, _Kind] = {
    "django_secret": _PASSWORD,
    "data_1": _SECRET,  # AES-256-GCM for NIK, No. KK and stored ops; rotate by adding data_2, data_3 ...
    "branch_seal_1": _SECRET,  # the branches' keys for what phones seal come from it; rotate by adding branch_seal_2 ...
    "nik_hmac": _SECRET,
    "time_token": _SECRET,
    "server_signing": _SECRET,  # the 32-byte seed of an Ed25519 private key
    "link_signing": _SECRET,
    "live_ticket": _SECRET,
    "attendance": _SECRET,  # codes on the screens of those who teach
    "snap_token": _SECRET,
    "bank_sim": _RSA,  # the private key of the simulated bank
    "bank_sim_secret": _PASSWORD,  # the client secret the simulated bank shares with us
    "sms_sim": _PASSWORD,  # what the simulated SMS gateway asks for
    "feed_sim": _SECRET,  # what the demo's web hook is signed with, and its simulated receiver verifies by
    "read_sim": _PASSWORD,  # the secret of the demo's read key
    "pg_superuser": _PASSWORD,
    "pg_owner": _PASSWORD,
    "pg_web": _PASSWORD,
}


def keys_folder() -> Path:
    return Path(os.environ.get("PERISAI_DATA", "data")).resolve() / "keys"


def get(name: str) -> bytes:
    """The key's bytes: 32 for a secret, PEM for RSA, ASCII for a password. Raises UnknownKey."""
    if name in RINGS:
        ring = get_ring(name)
        return ring.keys[ring.current]
    return _get(name, keys_folder())


def get_in(folder: Path, name: str) -> bytes:
    """As ``get``, from a keys folder that is not (yet) the process's own."""
    return _get(name, folder)


def get_ring(name: str = RING) -> Ring:
    """Every key of a ring by its id (``"1"``, ``"2"`` ...); the highest is current."""
    return _get_ring(name, keys_folder())


def add_to_ring(name: str = RING) -> str:
    """Make a new current key; old ones stay for reading. Returns its id. Restart the processes to use it."""
    folder = keys_folder()
    new = str(max(map(int, _get_ring(name, folder).keys)) + 1)
    _create(folder / f"{name}_{new}", _make_secret)
    _get_ring.cache_clear()
    return new


def ensure_all() -> None:
    """Make every key that is missing, so that backups taken after the first start hold all of them."""
    for name in KINDS:
        get(name)


def missing() -> list[str]:
    """Names of keys that neither the environment nor the folder has; makes nothing."""
    folder = keys_folder()
    return [n for n in KINDS if _from_environment(n) is None and not (folder / n).exists()]


@cache
def _get(name: str, folder: Path) -> bytes:
    if name not in KINDS:
        raise UnknownKey(name)
    kind = KINDS[name]
    given = _from_environment(name)
    return kind.read(given if given is not None else _create(folder / name, kind.make))


@cache
def _get_ring(name: str, folder: Path) -> Ring:
    _get(f"{name}_1", folder)
    prefix = f"{name}_"
    texts = {p.name: p.read_bytes() for p in folder.glob(f"{prefix}*")} if folder.exists() else {}
    for variable, value in os.environ.items():
        given = variable.removeprefix("PERISAI_KEY_").lower()
        if variable.startswith("PERISAI_KEY_") and given.startswith(prefix):
            texts[given] = value.encode()
    ring = {n[len(prefix) :]: base64.b64decode(t) for n, t in texts.items() if n[len(prefix) :].isdigit()}
    return Ring(current=max(ring, key=int), keys=ring)


def _from_environment(name: str) -> bytes | None:
    value = os.environ.get(f"PERISAI_KEY_{name.upper()}")
    return value.encode() if value is not None else None


def _create(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; made now if absent. ``os.link`` is atomic and refuses to replace, so one writer wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # Another process was first; its key is the key.
                os.link(temporary, path)
        finally:
            os.unlink(temporary)
    return path.read_bytes()
