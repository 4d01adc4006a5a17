"""The published vectors (see vectors/snap_vectors.json for their source), and what signing must not forgive."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from perisai.payments.demo import public_pem
from perisai.payments.snap import signature as snap

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "snap_vectors.json").read_text())


@pytest.fixture(scope="module")
def private_pem() -> bytes:
    return rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_symmetric_signature_of_published_vector_agrees() -> None:
    vector = VECTORS["symmetric"]
    pretty = json.dumps(vector["body"], indent=3).encode()
    text = snap.symmetric_text(vector["method"], vector["path"], vector["accessToken"], pretty, vector["timestamp"])
    assert snap.body_hash(pretty) == vector["minifiedBodySha256"]
    assert snap.sign_symmetric(vector["clientSecret"].encode(), text) == vector["signature"]
    assert snap.verify_symmetric(vector["clientSecret"].encode(), text, vector["signature"])


def test_verify_symmetric_other_secret_or_garbage_refused() -> None:
    vector = VECTORS["symmetric"]
    body = json.dumps(vector["body"]).encode()
    text = snap.symmetric_text(vector["method"], vector["path"], vector["accessToken"], body, vector["timestamp"])
    assert not snap.verify_symmetric(b"other", text, vector["signature"])
    assert not snap.verify_symmetric(vector["clientSecret"].encode(), text, "tidak sah é")


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (b'{ "a" : 1.00,\n\t"b c": " x  y " }', b'{"a":1.00,"b c":" x  y "}'),
        (rb'{"a": "say \" this \\" , "b": "\/ \u00e9"}', rb'{"a":"say \" this \\","b":"\/ \u00e9"}'),
        (b'{"b": 1, "a": 1E2, "a": 00}', b'{"b":1,"a":1E2,"a":00}'),
        ('{"n": "Sitì  Ä"}'.encode(), '{"n":"Sitì  Ä"}'.encode()),
        (b'{"cut": "off  ', b'{"cut":"off  '),
        (b'{"cut": "off \\', b'{"cut":"off \\'),
        (b"", b""),
    ],
)
def test_minify_keeps_every_byte_but_white_space_between_tokens(given: bytes, wanted: bytes) -> None:
    assert snap.minify(given) == wanted


def test_minify_hostile_body_is_linear() -> None:
    """Unclosed and escaped quotes once made patterns like ours quadratic; at 8 MB that would never end."""
    body = b'"\\' * 4_000_000
    assert len(snap.minify(body)) == len(body)


def test_token_signature_round_trip_verifies_and_tampering_fails(private_pem: bytes) -> None:
    public = public_pem(private_pem)
    text = snap.token_text("CLIENT", "2026-11-22T10:00:00+07:00")
    signature = snap.sign_asymmetric(private_pem, text)
    assert text == b"CLIENT|2026-11-22T10:00:00+07:00"
    assert snap.verify_asymmetric(public, text, signature)
    assert not snap.verify_asymmetric(public, text + b" ", signature)
    assert not snap.verify_asymmetric(public, text, "not base64!")


def test_asymmetric_text_holds_no_token(private_pem: bytes) -> None:
    text = snap.asymmetric_text("POST", "/v1.0/debit/notify", b'{ "a": 1 }', "2024-05-02T14:43:08+07:00")
    digest = snap.body_hash(b'{"a":1}')
    assert text == f"POST:/v1.0/debit/notify:{digest}:2024-05-02T14:43:08+07:00".encode()


def test_public_key_of_another_kind_unreadable() -> None:
    with pytest.raises(snap.UnreadableKey):
        snap.verify_asymmetric("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", b"x", "AAAA")
