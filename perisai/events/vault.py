"""Seals personal data (AES-256-GCM, key id in front, so that keys rotate) and makes keyed hashes to find it again."""

import hashlib
import hmac
import os
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from perisai import keys

_NONCE = 12


class Unreadable(ValueError):
    """Sealed bytes that no key of this installation opens."""


def seal(plain: bytes) -> bytes:
    """``key id`` (1 byte) + nonce (12) + ciphertext and tag."""
    key_id = _current()
    nonce = os.urandom(_NONCE)
    return bytes([int(key_id)]) + nonce + _cipher(key_id).encrypt(nonce, plain, None)


def unseal(sealed: bytes | memoryview) -> bytes:
    """What ``seal`` was given. Raises ``Unreadable``."""
    data = bytes(sealed)
    try:
        return _cipher(str(data[0])).decrypt(data[1 : 1 + _NONCE], data[1 + _NONCE :], None)
    except Exception as error:
        raise Unreadable("sealed with a key that is not here, or damaged") from error


def keyed_hash(kind: str, text: str) -> bytes:
    """HMAC-SHA256 of ``text`` under the registry's key; ``kind`` (``nik``, ``kk``, ...) keeps the uses apart."""
    return hmac.digest(_registry_key(), f"{kind}:{text}".encode(), hashlib.sha256)


@cache
def _registry_key() -> bytes:
    return keys.get("nik_hmac")


@cache
def _current() -> str:
    """The key that seals; a process learns of a new one when it starts again."""
    return keys.get_ring().current


@cache
def _cipher(key_id: str) -> AESGCM:
    return AESGCM(keys.get_ring().keys[key_id])
