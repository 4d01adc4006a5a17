"""A phone in Python: keys, chain, push (plain and sealed), pull and photos, exactly as docs/device-protocol.md says. Knows nothing
of the server's code, so that it proves the page."""

import base64
import hashlib
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pyhpke import AEADId, CipherSuite, KDFId, KEMId

SUITE = CipherSuite.new(KEMId.DHKEM_P256_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
SEALED = "application/vnd.perisai.sealed+ndjson"
GENESIS = "0" * 64
PIECE = 256 * 1024


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64u(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def uuid7(ms: int) -> str:
    value = (ms & (2**48 - 1)) << 80 | 7 << 76 | int.from_bytes(os.urandom(2), "big") >> 4 << 64
    return str(UUID(int=value | 2 << 62 | int.from_bytes(os.urandom(8), "big") >> 2))


@dataclass
class Phone:
    """One device of one agent. ``clock_ms`` is its wall clock, which a test may set wrong."""

    http: httpx.Client
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    device: str = ""
    token: str = ""
    token_clock: int = 0
    token_mono: float = 0.0
    seq: int = 0
    head: str = GENESIS
    cursor: int = 0
    clock_skew_ms: int = 0
    outbox: list[bytes] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def public_key(self) -> str:
        return b64u(
            self.key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def clock_ms(self) -> int:
        return time.time_ns() // 1_000_000 + self.clock_skew_ms

    def sign(self, message: str) -> str:
        return b64u(self.sign_bytes(message.encode()))

    def sign_bytes(self, message: bytes) -> bytes:
        """r and s, 32 bytes each."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def take_token(self, answer: dict[str, Any]) -> None:
        self.token, self.token_clock, self.token_mono = answer["time_token"], self.clock_ms(), time.monotonic()

    def sync_time(self) -> None:
        answer = self.http.post("/api/v1/sync/time")
        answer.raise_for_status()
        self.take_token(answer.json())

    def activate(self, code: str) -> dict[str, Any]:
        """Raises ``httpx.HTTPStatusError`` where the code is not taken."""
        public_key = self.public_key
        body = {
            "code": code,
            "public_key": public_key,
            "name": "Simulated phone",
            "app": "1.0.0",
            "proof": self.sign(f"perisai-activate-1\n{code}\n{public_key}"),
            "previous": None,
        }
        answer = self.http.post("/api/v1/activation", json=body)
        answer.raise_for_status()
        self.about = answer.json()
        self.device = self.about["device"]
        self.take_token(self.about)
        return self.about

    def op(self, kind: str, body: dict[str, Any], *, place: dict[str, float] | None = None) -> str:
        """Appends an op to the chain and the outbox; returns its id."""
        now = self.clock_ms()
        op_id = uuid7(now)
        data = {
            "v": 1,
            "id": op_id,
            "device": self.device,
            "seq": self.seq + 1,
            "prev": self.head,
            "kind": kind,
            "app": "1.0.0",
            "rules": "simulated",
            "at": {
                "token": self.token,
                "token_clock": self.token_clock,
                "clock": now,
                "mono": int((time.monotonic() - self.token_mono) * 1000),
            },
            "place": place,
            "body": body,
        }
        self.append(json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode())
        return op_id

    def append(self, line: bytes) -> None:
        self.outbox.append(line)
        self.seq += 1
        self.head = hashlib.sha256(line).hexdigest()

    def signed_push(self, lines: list[bytes]) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a push of these lines."""
        last = hashlib.sha256(lines[-1]).hexdigest()
        headers = {
            "Content-Type": "application/x-ndjson",
            "X-Perisai-Device": self.device,
            "X-Perisai-Signature": self.sign(f"perisai-push-1\n{self.device}\n{last}"),
        }
        return b"".join(line + b"\n" for line in lines), headers

    def push(self, most: int = 200) -> list[dict[str, Any]]:
        """Sends the outbox in batches; what is answered for good leaves it. Raises on any answer but 200."""
        answers: list[dict[str, Any]] = []
        while self.outbox:
            batch = self.outbox[:most]
            body, headers = self.signed_push(batch)
            response = self.http.post("/api/v1/sync/push", content=body, headers=headers)
            response.raise_for_status()
            answer = response.json()
            self.take_token(answer)
            answers += answer["answers"]
            self.outbox = self.outbox[most:]
        return answers

    def seal(self, plain: bytes) -> str:
        """``enc`` and ciphertext, for the branch alone (section 13)."""
        key = SUITE.kem.deserialize_public_key(unb64u(self.about["branch"]["seal_key"]["public_key"]))
        enc, context = SUITE.create_sender_context(key, info=b"perisai-sealed-1")
        return b64u(enc + context.seal(plain, self.device.encode()))

    def container(self, lines: list[bytes], photos: list[bytes] | None = None) -> bytes:
        """These ops, and photos where it is to be a file, sealed and signed."""
        branch = self.about["branch"]
        head = {"v": 1, "device": self.device, "branch": branch["id"], "key": branch["seal_key"]["id"]}
        rows: list[dict[str, Any]] = [{**head, "made_at": self.clock_ms()}]
        for line in lines:
            op, digest = json.loads(line), hashlib.sha256(line).hexdigest()
            rows.append({"op": op["id"], "seq": op["seq"], "hash": digest, "sealed": self.seal(line)})
        for photo in photos or []:
            digest = hashlib.sha256(photo).hexdigest()
            rows.append({"photo": digest, "type": "image/jpeg", "size": len(photo), "sealed": self.seal(photo)})
        last = hashlib.sha256(lines[-1]).hexdigest()
        rows.append({"signature": self.sign(f"perisai-push-1\n{self.device}\n{last}")})
        return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)

    def photo_container(self, photo: bytes, op: str) -> bytes:
        """One photo of this op, sealed and signed to go alone."""
        branch, digest = self.about["branch"], hashlib.sha256(photo).hexdigest()
        head = {"v": 1, "device": self.device, "branch": branch["id"], "key": branch["seal_key"]["id"]}
        rows: list[dict[str, Any]] = [
            {**head, "made_at": self.clock_ms()},
            {"photo": digest, "type": "image/jpeg", "size": len(photo), "enrolment": op, "sealed": self.seal(photo)},
            {"signature": self.sign(f"perisai-photo-1\n{self.device}\n{digest}\n{op}")},
        ]
        return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in rows)

    def push_sealed(self, most: int = 200) -> list[dict[str, Any]]:
        """As ``push``, without showing anything to whoever carries it."""
        answers: list[dict[str, Any]] = []
        while self.outbox:
            body = self.container(self.outbox[:most])
            response = self.http.post("/api/v1/sync/push", content=body, headers={"Content-Type": SEALED})
            response.raise_for_status()
            self.take_token(response.json())
            answers += response.json()["answers"]
            self.outbox = self.outbox[most:]
        return answers

    def signed(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """A signed request (section 6)."""
        digest = hashlib.sha256(body).hexdigest()
        message = f"perisai-request-1\n{method}\n{path}\n{digest}\n{self.token}"
        own = {
            "X-Perisai-Device": self.device,
            "X-Perisai-Token": self.token,
            "X-Perisai-Signature": self.sign(message),
        }
        return self.http.request(method, path, content=body or None, headers={**own, **(headers or {})})

    def pull(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """All pages since the cursor: (members that changed, me)."""
        members: list[dict[str, Any]] = []
        while True:
            response = self.signed("GET", f"/api/v1/sync/pull?cursor={self.cursor}&limit=500")
            response.raise_for_status()
            page = response.json()
            self.take_token(page)
            members += page["members"]
            self.cursor = page["cursor"]
            if page["me"] is not None:
                self.about = {**self.about, **page["me"]}
            if not page["more"]:
                return members, page["me"]

    def upload(self, photo: bytes) -> None:
        """Sends a photo that a judged op names, from where the server has it."""
        path = f"/api/v1/attachments/{hashlib.sha256(photo).hexdigest()}"
        response = self.signed("GET", path)
        response.raise_for_status()
        offset = response.json()["offset"]
        while offset < len(photo):
            headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
            response = self.signed("PATCH", path, photo[offset : offset + PIECE], headers)
            response.raise_for_status()
            offset = response.json()["offset"]
