"""Writes what former versions of the app send, one push a file, for tests/sync/test_versions.py. People are synthetic; the key is
that of the protocol's test vectors; time tokens are made with the key TOKEN_KEY.

A file that is there is what was sent and is never changed: add a version, run
.venv/bin/python tests/sync/versions/make_versions.py NAME, and write what the server should answer into versions.json."""

import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

HERE = Path(__file__).parent
VECTORS = json.loads((HERE.parents[2] / "docs/device-protocol-vectors.json").read_text(encoding="utf-8"))
TOKEN_KEY = b"perisai: time tokens of the recorded versions"
ISSUED = datetime(2026, 11, 22, 3, tzinfo=UTC)
VILLAGE = "15.71.08.1001"
Ops = Iterator[tuple[str, dict[str, Any]]]


@dataclass
class Recorder:
    """One phone of one version. ``birth`` numbers its people apart from those of other files."""

    number: int
    app: str
    rules: str
    mono: int | None = 60_000
    place: dict[str, float] | None = None
    frame: dict[str, Any] = field(default_factory=dict)
    lines: list[bytes] = field(default_factory=list)

    @property
    def device(self) -> str:
        return f"019a9b00-0000-7000-8000-0000000{self.number:05d}"

    def op_id(self, seq: int) -> str:
        return f"019a9b00-{self.number:04x}-7000-8000-{seq:012d}"

    def add(self, kind: str, body: dict[str, Any]) -> None:
        seq = len(self.lines) + 1
        at: dict[str, Any] = {
            "token": token(ISSUED),
            "token_clock": ms(ISSUED) + 120,
            "clock": ms(ISSUED) + 120 + 60_000 * seq,
        }
        if self.mono is not None:
            at["mono"] = self.mono * seq
        op = {
            "v": 1,
            "id": self.op_id(seq),
            "device": self.device,
            "seq": seq,
            "prev": hashlib.sha256(self.lines[-1]).hexdigest() if self.lines else "0" * 64,
            "kind": kind,
            "app": self.app,
            "rules": self.rules,
            "at": at,
            "place": self.place,
            "body": body,
            **self.frame,
        }
        self.lines.append(json.dumps(op, separators=(",", ":"), ensure_ascii=False).encode())

    def person(self, seq: int, *, sex: str = "M") -> dict[str, Any]:
        """A name, a birth date and a NIK that agree, and are nobody's."""
        day, month, year = 1 + (self.number * 3 + seq) % 28, 1 + (self.number + seq * 5) % 12, 1971 + seq * 3
        nik = f"157108{day + (40 if sex == 'F' else 0):02d}{month:02d}{year % 100:02d}9{(self.number * 10 + seq) % 1000:03d}"
        first, last = NAMES[(self.number * 7 + seq) % len(NAMES)], NAMES[(self.number * 3 + seq * 5 + 4) % len(NAMES)]
        return {"nik": nik, "name": f"{first} {last}", "birth_date": f"{year}-{month:02d}-{day:02d}", "sex": sex}


NAMES = (
    "Quraban",
    "Wedhatri",
    "Xantoro",
    "Yudhavel",
    "Zulmeron",
    "Fadhrika",
    "Gembirun",
    "Hastovia",
    "Ikranedo",
    "Jelvando",
    "Kumbarwo",
)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def token(at: datetime) -> str:
    text = f"T1.{ms(at)}"
    return f"{text}.{base64.urlsafe_b64encode(hmac.digest(TOKEN_KEY, text.encode(), hashlib.sha256)[:18]).decode()}"


def consents(*given: str) -> list[dict[str, Any]]:
    known = json.loads((HERE / "consents.json").read_text(encoding="utf-8"))
    return [
        {"purpose": purpose, "version": "2026-11", "sha256": sha256, "given": purpose in given}
        for purpose, sha256 in known.items()
    ]


def least(recorder: Recorder, seq: int, **changes: Any) -> dict[str, Any]:
    """Only what the protocol does not let out."""
    return {
        **recorder.person(seq),
        "region": VILLAGE,
        "jobs": [{"code": "trade.market"}],
        "income": 1_500_000,
        "programmes": ["JKK", "JKM"],
        "months": 1,
        "consents": consents("enrolment")[:1],
        "signature": {"kind": "typed", "name": "Uji"},
        **changes,
    }


def form(recorder: Recorder, seq: int, *, sex: str = "M", **changes: Any) -> dict[str, Any]:
    """Field for field the body that the form of 1.0.0 makes, in its order."""
    person = recorder.person(seq, sex=sex)
    return {
        "nik": person["nik"],
        "kk": None,
        "name": person["name"],
        "birth_place": "Jambi",
        "birth_date": person["birth_date"],
        "sex": sex,
        "phone": f"+628120007{recorder.number:02d}{seq:02d}",
        "phone_owner": "own",
        "email": None,
        "address": "Jl. Uji No. 1\nRT 02 “belakang pasar”",
        "region": VILLAGE,
        "jobs": [{"code": "trade.market"}],
        "income": 1_500_000,
        "transport": False,
        "employs_others": False,
        "programmes": ["JKK", "JKM"],
        "months": 1,
        "heirs": [{"name": "Budi", "relation": "spouse"}],
        "consents": consents("enrolment", "contact"),
        "signature": {"kind": "typed", "name": person["name"]},
        "price_shown": {"first_month": "2026-11", "total": 11_400, "monthly": [11_400]},
        "warnings": [],
        "id_card": None,
        **changes,
    }


def version_0_8(r: Recorder) -> Ops:
    """The first phones: nothing optional, no place, no monotonic clock."""
    yield "enrol", least(r, 1)
    yield "enrol", least(r, 2, jobs=[{"code": "transport.ojek_online"}])
    yield "cancel", {"enrolment_op": r.op_id(1), "reason": "mistake"}
    yield "enrol", least(r, 4, income=900_000)


def version_0_9(r: Recorder) -> Ops:
    """Rules of a name that nobody knows any more; a kind of op that was dropped."""
    yield "enrol", least(r, 1, phone="+628120007901", phone_owner="own", heirs=[], email="x@example.org")
    yield "enrol", least(r, 2, phone=None, phone_owner="none", warnings=["nik_birth_date", "a warning of then"])
    yield "visit", {"place": "Pasar Angso Duo"}
    yield "enrol", least(r, 4, price_shown={"first_month": "2026-11", "total": 99_000, "monthly": [99_000]})


def version_1_0_0(r: Recorder) -> Ops:
    """Every way through the form of 1.0.0."""
    photo = {"sha256": hashlib.sha256(b"photo").hexdigest(), "size": 300_000, "type": "image/jpeg"}
    drawn = {"kind": "drawn", "name": "Uji", "svg": "M10 20L30.5 40.25 50 20"}
    agreed = consents("enrolment", "contact", "photo")
    price = {"first_month": "2026-11", "total": 16_800, "monthly": [8_400, 8_400]}
    yield "enrol", form(r, 1, sex="F", id_card=photo, consents=agreed)
    yield "enrol", form(r, 2, phone=None, phone_owner="none", signature=drawn, consents=consents("enrolment"))
    yield (
        "enrol",
        form(
            r,
            3,
            phone_owner="family",
            jobs=[{"code": "transport.ojek_online"}],
            transport=True,
            months=2,
            price_shown=price,
        ),
    )
    yield (
        "enrol",
        form(
            r,
            4,
            employs_others=True,
            programmes=["JKK", "JKM", "JHT"],
            jobs=[{"code": "trade.market"}, {"code": "trade.kiosk"}],
        ),
    )
    yield "enrol", form(r, 5, birth_date="1988-02-03", warnings=["nik_birth_date"])
    yield "cancel", {"enrolment_op": r.op_id(1), "reason": "worker_declined"}
    yield "enrol", form(r, 7, consents=[])


def version_1_0_0_late(r: Recorder) -> Ops:
    """The same app on a phone that came back after five weeks; the app was opened anew in between."""
    yield "enrol", form(r, 1)
    yield "cancel", {"enrolment_op": r.op_id(1), "reason": "duplicate"}
    yield "enrol", form(r, 3)


def version_1_1_0(r: Recorder) -> Ops:
    """What 1.1.0 adds: part of a birth date, whose telephone, thumb and witness, a picture later, a series."""
    thumb = {
        "kind": "thumb",
        "name": "Uji",
        "svg": "M10 20L30.5 40.25 50 20",
        "witness": {"name": "Saksi Uji", "relation": "neighbour"},
    }
    added = {"birth_known": "day", "phone_whose": None, "id_card_by": None, "payment_code": None, "series": None}
    series = r.op_id(2)
    by = {"id_card_by": "2026-11-29", "consents": consents("enrolment", "photo")}
    yield "enrol", form(r, 1, **added | {"birth_known": "year", "phone_owner": "family", "phone_whose": "anak: Budi"})
    yield (
        "enrol",
        form(r, 2, **added | {"signature": thumb, "series": series, "phone_owner": "other", "phone_whose": "RT"}),
    )
    yield "enrol", form(r, 3, **added | {"series": series, **by, "email": "uji@example.org"})
    yield "enrol", form(r, 4, **added | {"payment_code": "8801500000000123"})
    yield "cancel", {"enrolment_op": r.op_id(2), "reason": "mistake"}


def version_9_0(r: Recorder) -> Ops:
    """A phone newer than the server: fields and a kind that are not known here yet."""
    yield "enrol", form(r, 1, nickname="Uji", health={"smoker": False}, consents=[*consents("enrolment")])
    yield "agree", {"what": "new"}
    yield "enrol", form(r, 3)


VERSIONS: dict[str, tuple[Recorder, Callable[[Recorder], Ops]]] = {
    "0.8.0": (Recorder(8, "0.8.0", "2026-06", mono=None), version_0_8),
    "0.9.0": (Recorder(9, "0.9.0", "simulated"), version_0_9),
    "1.0.0": (
        Recorder(10, "1.0.0", "2026-11.6d59152b", place={"lat": -1.61, "lon": 103.61, "accuracy": 20}),
        version_1_0_0,
    ),
    "1.0.0-late": (Recorder(11, "1.0.0", "2026-11.6d59152b"), version_1_0_0_late),
    "1.1.0": (Recorder(12, "1.1.0", "2026-11.66e633f2"), version_1_1_0),
    "9.0.0": (Recorder(90, "9.0.0", "2031-01.00000000", frame={"locale": "id"}), version_9_0),
}


def sign(message: str) -> str:
    number = int.from_bytes(base64.urlsafe_b64decode(VECTORS["key"]["jwk"]["d"] + "="), "big")
    r, s = decode_dss_signature(
        ec.derive_private_key(number, ec.SECP256R1()).sign(message.encode(), ec.ECDSA(hashes.SHA256()))
    )
    return base64.urlsafe_b64encode(r.to_bytes(32, "big") + s.to_bytes(32, "big")).decode().rstrip("=")


def record(name: str) -> None:
    recorder, ops = VERSIONS[name]
    for kind, body in ops(recorder):
        recorder.add(kind, body)
    (HERE / f"{name}.ndjson").write_bytes(b"".join(line + b"\n" for line in recorder.lines))
    path = HERE / "versions.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    last = hashlib.sha256(recorder.lines[-1]).hexdigest()
    told[name] = {
        "device": recorder.device,
        "signature": sign(f"perisai-push-1\n{recorder.device}\n{last}"),
        "answers": told.get(name, {}).get("answers", []),
    }
    lines = (f"{json.dumps(version)}: {json.dumps(recorded)}" for version, recorded in told.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    for version in sys.argv[1:]:
        if (HERE / f"{version}.ndjson").exists():
            sys.exit(f"{version}.ndjson is there and stays as it is")
        record(version)
