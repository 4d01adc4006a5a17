"""Signatures of SNAP BI (domain/snap-va.md 4.3). Pure: bytes in, bytes and verdicts out."""

import base64
import binascii
import hashlib
import hmac
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

# A string, closed or cut off by the end, is kept whole; blanks between tokens go. Possessive, so linear on any input.
_STRING_OR_BLANK = re.compile(rb'("[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z))|[ \t\r\n]++', re.DOTALL)


class UnreadableKey(ValueError):
    """Not an RSA key in PEM."""


def minify(body: bytes) -> bytes:
    """``body`` without the white space between JSON tokens; every other byte as it came, numbers and escapes too."""
    return _STRING_OR_BLANK.sub(rb"\1", body)


def body_hash(body: bytes) -> str:
    """Lower-case hex SHA-256 of the minified body; of nothing where there is no body."""
    return hashlib.sha256(minify(body)).hexdigest()


def token_text(client_key: str, timestamp: str) -> bytes:
    """What the token call signs, with RSA."""
    return f"{client_key}|{timestamp}".encode()


def symmetric_text(method: str, path: str, token: str, body: bytes, timestamp: str) -> bytes:
    """What a transaction signs with HMAC. ``timestamp`` exactly as the header holds it."""
    return f"{method}:{path}:{token}:{body_hash(body)}:{timestamp}".encode()


def asymmetric_text(method: str, path: str, body: bytes, timestamp: str) -> bytes:
    """What a transaction signs with RSA: no token in it."""
    return f"{method}:{path}:{body_hash(body)}:{timestamp}".encode()


def sign_symmetric(secret: bytes, text: bytes) -> str:
    """Base64 of the raw HMAC-SHA512."""
    return base64.b64encode(hmac.digest(secret, text, hashlib.sha512)).decode()


def verify_symmetric(secret: bytes, text: bytes, signature: str) -> bool:
    """In constant time."""
    given = signature.encode("ascii", "replace")
    return hmac.compare_digest(sign_symmetric(secret, text).encode(), given)


def sign_asymmetric(private_pem: bytes, text: bytes) -> str:
    """Base64 of SHA256withRSA, PKCS#1 v1.5."""
    key = _private_key(private_pem)
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def verify_asymmetric(public_pem: str, text: bytes, signature: str) -> bool:
    """False for a wrong signature, and for one that is no base64. Raises ``UnreadableKey``."""
    key = public_key(public_pem)
    try:
        key.verify(base64.b64decode(signature, validate=True), text, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def public_key(pem: str) -> rsa.RSAPublicKey:
    """Raises ``UnreadableKey``."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnreadableKey("no public key in PEM") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise UnreadableKey("not an RSA key")
    return key


@lru_cache(maxsize=8)
def _private_key(pem: bytes) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise UnreadableKey("not an RSA key")
    return key
