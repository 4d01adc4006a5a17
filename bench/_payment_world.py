"""Branches with enrolments that wait for their first payment, and a bank, for the payment bench."""

from dataclasses import dataclass

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bench._push_world import _make_branch
from perisai.contributions.bills import bill
from perisai.events import vault
from perisai.events.ids import uuid7
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.codes import code as codes
from perisai.payments.demo import public_pem
from perisai.web.simulate.bank import Credentials

_ENROLMENTS = """
WITH rows AS (
  SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (person uuid, id uuid)
), persons AS (
  INSERT INTO members_person (branch_id, id, nik_sealed, nik_hash, nik_masked, name, name_key, birth_place, birth_date, sex,
    phone_owner, address, region_code, created_at)
  SELECT %(branch)s, person, '', sha256(person::text::bytea), '1571**********00', 'Siti Aminah', 'siti', 'Jambi', '1980-01-01',
    'F', 'none', '', '15.71.08.1001', now() FROM rows
)
INSERT INTO members_enrolment (branch_id, id, person_id, segment, state, agent_id, region_code, captured_from, captured_to,
  captured_on, received_at, jobs, income, base_income, transport, employs_others, programmes, months, rules, quota_over,
  warnings, core_state, core_is_demo)
SELECT %(branch)s, id, person, 'BPU', 'accepted', %(agent)s, '15.71.08.1001', now(), now(), current_date, now(), '{trade}',
  1500000, 1600000, false, false, '{JKK,JKM}', 1, 'bench', false, '{}', 'none', false FROM rows
"""


@dataclass(frozen=True)
class Owed:
    code: str
    amount: int


def make_bank() -> Credentials:
    """A bank of its own that signs with HMAC-SHA512."""
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = f"bench-{uuid7().hex[-10:]}"
    with Work(scope=Scope.of([])) as work:
        work.execute(
            "INSERT INTO payments_bank (id, name, client_key, client_secret_sealed, public_key, partner_service_id, padding,"
            " signature_scheme, external_id_reuse, clock_skew_seconds, token_seconds, channel, is_open, is_demo)"
            " VALUES (%s, 'Bench', %s, %s, %s, '77777', ' ', 'symmetric', 'conflict', 3600, 3600, 'va', true, true)",
            [key, key, vault.seal(b"bench-secret"), public_pem(private)],
        )
    return Credentials(key, b"bench-secret", private, "77777")


def make_owed(branch_id: int, count: int) -> list[Owed]:
    """A new branch with ``count`` open bills."""
    ids = [uuid7() for _ in range(count)]
    with Work(scope=Scope.branch(branch_id)) as work:
        _make_branch(work, branch_id)
        rows = [{"person": uuid7(), "id": one} for one in ids]
        work.execute(_ENROLMENTS, {"branch": branch_id, "agent": uuid7(), "rows": orjson.dumps(rows).decode()})
        niks = {one: f"15710801{branch_id % 10_000:04d}{index:04d}" for index, one in enumerate(ids)}
        numbers = codes.issue_many(work, branch_id=branch_id, niks=niks)
        wanted = [bill.ToBill(one, numbers[one], 1_500_000, frozenset({"JKK", "JKM"}), False, 1) for one in ids]
        issued = bill.issue_many(work, branch_id=branch_id, timezone="Asia/Jakarta", wanted=wanted)
    return [Owed(numbers[one], issued[one].amount) for one in ids]
