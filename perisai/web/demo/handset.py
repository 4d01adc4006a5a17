"""A phone of the world's past: the same chain, hashes and signatures as a real one, its ops stored and judged at the hour
the story tells."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from perisai.accounts import device
from perisai.accounts.agent_card import find_card
from perisai.contributions.rules.in_force import load
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.sync.clock import make_token, to_ms
from perisai.sync.judge import judge
from perisai.sync.op import SentOp, read_line
from perisai.sync.receive import store
from perisai.sync.signed import Phone, get_phone
from perisai.web.demo.people import DemoAgent
from perisai.web.simulate.phone import GENESIS, uuid7

_ANSWERS = "SELECT op_id, state, result FROM sync_op WHERE branch_id = %s AND device_id = %s AND op_id = ANY (%s)"


@dataclass(frozen=True)
class Answer:
    """What became of an op. ``result`` as in the push's answer: payment code, amount (rupiah) ..."""

    op_id: UUID
    status: str
    result: dict[str, Any]


@dataclass
class Handset:
    agent: DemoAgent
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    phone: Phone | None = None
    token: str = ""
    token_clock: int = 0
    seq: int = 0
    head: str = GENESIS
    outbox: list[bytes] = field(default_factory=list)

    def activate(self, at: datetime) -> None:
        """With a code of the branch, as everybody."""
        with Work.open(scope=Scope.branch(self.agent.branch_id), clock=FixedClock(at)) as work:
            card = find_card(work, branch_id=self.agent.branch_id, agent_id=self.agent.id)
            assert card is not None
            code = device.issue_code(work, agent=card).code
        public = base64.urlsafe_b64encode(
            self.key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        public_key = public.decode().rstrip("=")
        proof = base64.urlsafe_b64encode(self._sign(f"perisai-activate-1\n{code}\n{public_key}")).decode().rstrip("=")
        activated = device.activate(
            code=code, public_key=public_key, proof=proof, name="HP demo", app="1.0.0", clock=FixedClock(at)
        )
        self.phone = get_phone(activated.device_id)
        self._take_time(at)

    def write(self, kind: str, body: dict[str, Any], at: datetime, *, clock_off_ms: int = 0) -> UUID:
        """Puts an op into the outbox; returns its id. ``clock_off_ms``: how wrong the phone's clock is then."""
        assert self.phone is not None
        op_id = uuid7(to_ms(at))
        data = {
            "v": 1, "id": op_id, "device": str(self.phone.id), "seq": self.seq + 1, "prev": self.head, "kind": kind,
            "app": "1.0.0", "rules": load().version,
            "at": {"token": self.token, "token_clock": self.token_clock, "clock": to_ms(at) + clock_off_ms, "mono": None},
            "place": None, "body": body,
        }  # fmt: skip
        line = json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()
        self.outbox.append(line)
        self.seq += 1
        self.head = hashlib.sha256(line).hexdigest()
        return UUID(op_id)

    def push(self, at: datetime) -> list[Answer]:
        """Everything in the outbox, at most 200 ops, received and judged ``at``."""
        phone = self.phone
        assert phone is not None
        read = [read_line(line, device_id=phone.id) for line in self.outbox]
        ops = [op for op in read if isinstance(op, SentOp)]
        signature = self._sign(f"perisai-push-1\n{phone.id}\n{self.head}")

        def work_of() -> Work:
            return Work(scope=Scope.branch(phone.branch_id), actor=Actor(phone.user_id, phone.id), clock=FixedClock(at))

        with work_of() as work:
            store(work, phone=phone, ops=ops, signature=signature)
        judge(phone, work_of=work_of, fresh=ops)
        self.outbox.clear()
        self._take_time(at)
        with work_of() as work:
            rows = work.rows(_ANSWERS, [phone.branch_id, phone.id, [op.op_id for op in ops]])
        return [Answer(row[0], row[1], json.loads(row[2]) if isinstance(row[2], str) else row[2] or {}) for row in rows]

    def hear(self, at: datetime) -> None:
        """In touch with the server then."""
        self._take_time(at)

    def sign_bytes(self, message: bytes) -> bytes:
        """r and s, 32 bytes each."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _take_time(self, at: datetime) -> None:
        self.token, self.token_clock = make_token(at), to_ms(at)

    def _sign(self, message: str) -> bytes:
        return self.sign_bytes(message.encode())
