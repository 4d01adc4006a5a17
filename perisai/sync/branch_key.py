"""The branch's key pair that phones seal to (HPKE, RFC 9180), derived from a secret of the installation.

Nothing is stored for a branch: the pair comes from the secret, the secret's id and the branch, always the same. A new secret
(``keys.add_to_ring("branch_seal")``) makes a new pair for every branch; what was sealed to an older one still opens.
"""

import hashlib
import hmac
from functools import lru_cache

from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKeyPair
from pyhpke.exceptions import OpenError

from perisai import keys
from perisai.sync.signed import b64u

INFO = b"perisai-sealed-1"
ENC_BYTES = 65
TAG_BYTES = 16

SUITE = CipherSuite.new(KEMId.DHKEM_P256_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)


class NotOpened(ValueError):
    """Sealed bytes that this key does not open: damaged, for another branch or for another phone."""


class UnknownSealKey(LookupError):
    """No secret of this installation has this id."""


def seal_key(branch_id: int) -> dict[str, str]:
    """``id`` and ``public_key`` (b64u of the uncompressed point, 65 bytes) that phones of the branch seal to from now on."""
    key_id = keys.get_ring(keys.SEAL_RING).current
    return {"id": key_id, "public_key": b64u(_pair(key_id, branch_id).public_key.to_public_bytes())}


def open_sealed(sealed: bytes, *, key_id: str, branch_id: int, device: str) -> bytes:
    """What a phone sealed: ``enc`` and ciphertext, bound to the phone's id. Raises ``NotOpened``, ``UnknownSealKey``."""
    pair = _pair(key_id, branch_id)
    if len(sealed) < ENC_BYTES + TAG_BYTES:
        raise NotOpened
    try:
        context = SUITE.create_recipient_context(sealed[:ENC_BYTES], pair.private_key, info=INFO)
        return context.open(sealed[ENC_BYTES:], device.encode())
    except (ValueError, OpenError):  # ValueError: what stands for ``enc`` is no point of the curve
        raise NotOpened from None


@lru_cache(maxsize=1024)
def _pair(key_id: str, branch_id: int) -> KEMKeyPair:
    """DeriveKeyPair of RFC 9180 section 7.1.3, from a secret that is this branch's own."""
    secret = keys.get_ring(keys.SEAL_RING).keys.get(key_id)
    if secret is None:
        raise UnknownSealKey(key_id)
    return SUITE.kem.derive_key_pair(hmac.digest(secret, f"perisai-branch-key-1\n{branch_id}".encode(), hashlib.sha256))
