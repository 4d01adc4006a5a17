"""Writes the members of the demo's past into the tables of the rooms, as the rooms' own verbs would have left them: a few
statements a branch, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

from perisai.contributions.rules.in_force import consents_on, load, text_hash
from perisai.contributions.tariffs import tariff
from perisai.events.ids import uuid7
from perisai.events.vault import keyed_hash, seal
from perisai.events.work import Work
from perisai.members.persons.names import name_key
from perisai.payments.books import ledger
from perisai.payments.codes import code as codes
from perisai.payments.codes.code import mask_nik
from perisai.payments.demo import BANKS
from perisai.web.demo import past_events
from perisai.web.demo.past_life import ZONE, Bill, Life, at
from perisai.web.demo.past_put import Row, into, put, whose

FIRST_CONSENTS: Final = date(2026, 1, 1)
"""Consents are kept since then: who was enrolled before has signed the first texts."""
_PERSON = into(
    "members_person",
    "branch_id, id, nik_sealed, nik_hash, nik_masked, kk_sealed, kk_hash, name, name_key, birth_place, birth_date, birth_known,"
    " sex, phone, phone_owner, phone_whose, email, address, region_code, created_at",
)
_ENROLMENT = into(
    "members_enrolment",
    "branch_id, id, person_id, segment, state, agent_id, sub_branch_id, agency_office_id, region_code, captured_from, captured_to,"
    " captured_on, received_at, jobs, income, base_income, transport, employs_others, programmes, months, price_shown, rules,"
    " licence_id, quota_period, quota_over, warnings, decided_at, payment_code, activated_at, cover_from, first_month,"
    " paid_through, core_state, kpj, core_changed_at, core_is_demo",
)
_HEIR = into("members_heir", "branch_id, enrolment_id, position, name, relation")
_CONSENT = into(
    "members_consent", "branch_id, enrolment_id, purpose, version, sha256, given, captured_to, agent_id, signature"
)
_BILL = into(
    "contributions_bill",
    "branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules, issued_at, priced_at, pay_by,"
    " paid_at, origin, run_id",
)
_PAID_MONTH = into(
    "contributions_paid_month",
    "branch_id, enrolment_id, month, bill_id, payment_id, jkk, jkm, jht, relief, jp, jkp, paid_at",
)
_SPELL = into("contributions_spell", "branch_id, id, enrolment_id, during, first_month")
_RUN = into(
    "contributions_run",
    "branch_id, id, segment, month, state, started_at, moved_at, ended_at, members, looked_at, bills, amount, chunks, skipped",
)
_RETURN = into(
    "contributions_return",
    "branch_id, id, enrolment_id, asked_at, asked_by, agent_id, is_working, is_well, bill_id, ended_as",
)
_PAYMENT = into(
    "payments_payment",
    "branch_id, id, bill_id, enrolment_id, bank_id, payment_request_id, reference_no, amount, paid_at, confirmed_at, source",
)
_LEDGER = into("payments_ledger_entry", "branch_id, id, at, debit, credit, amount, bill_id, payment_id")
# A constraint of the database knows every NIK of the country; who is held already stays out.
_CLAIM: LiteralString = (
    "SELECT nik_hash, branch_id, enrolment_id FROM members_claim_niks('BPU', %s, %s::bytea[], %s::uuid[], %s)"
)
# What was above the cap of a month was granted on request.
_CONSUME: LiteralString = """
UPDATE targets_quota q SET consumed = u.taken, extra = q.extra + greatest(0, u.taken - q.cap),
  cap = q.cap + greatest(0, u.taken - q.cap)
FROM unnest(%s::date[], %s::int[]) AS u (month, taken)
WHERE q.branch_id = %s AND q.period = u.month AND q.segment = 'all' AND q.months = 1 AND q.consumed = 0
RETURNING q.period, q.cap
"""
_QUOTAS: LiteralString = "SELECT period FROM targets_quota WHERE branch_id = %s AND segment = 'all' AND months = 1"
_USERS: LiteralString = "SELECT agent_id, id FROM accounts_user WHERE agent_id = ANY (%s)"


@dataclass(frozen=True)
class Around:
    """What the rows of a branch point to. ``licences`` by agent: (first day, id), the earliest first."""

    branch_id: int
    licences: Mapping[UUID, Sequence[tuple[date, UUID]]]

    def licence(self, agent_id: UUID, day: date) -> UUID | None:
        return next((id_ for since, id_ in reversed(self.licences.get(agent_id, ())) if since <= day), None)


def write(work: Work, around: Around, lives: Sequence[Life]) -> list[Life]:
    """All of them, their money and their events; answers those who came in. The counters follow by ``recount.COUNT``."""
    lives = _claim(work, around.branch_id, lives)
    numbers = codes.issue_many(work, branch_id=around.branch_id, niks={one.id: one.body["nik"] for one in lives})
    slots = _take_slots(work, around.branch_id, lives)
    runs = _runs(around.branch_id, lives)
    branch = {"branch_id": around.branch_id}
    put(work, _PERSON, (branch | _person(one) for one in lives))
    kpjs = iter(range(1, len(lives) + 1))
    put(work, _ENROLMENT, (branch | _enrolment(one, around, numbers, slots, kpjs) for one in lives))
    put(work, _HEIR, (branch | row for one in lives for row in _heirs(one)))
    put(work, _CONSENT, (branch | row for one in lives for row in _consents(one)))
    put(work, _RUN, (branch | run for run in runs.values()))
    run_ids = {month: run["id"] for month, run in runs.items()}
    put(work, _BILL, (branch | _bill(one, each, numbers, run_ids) for one in lives for each in one.bills))
    payments = _payments(lives)
    put(work, _PAYMENT, (branch | row for row in payments))
    put(work, _PAID_MONTH, (branch | row for one in lives for each in one.paid for row in _paid_months(one, each)))
    put(work, _SPELL, (branch | row for one in lives for row in _spells(one)))
    put(work, _RETURN, (branch | row for one in lives for row in _returns(one)))
    put(work, _LEDGER, (branch | row for row in _ledger(lives, payments)))
    users = dict(work.rows(_USERS, [sorted({one.agent.id for one in lives})]))
    banks = {row["id"]: row["bank_id"] for row in payments}
    past_events.write(work, around.branch_id, lives, users=users, banks=banks, runs=list(runs.values()))
    return list(lives)


def _claim(work: Work, branch_id: int, lives: Sequence[Life]) -> list[Life]:
    hashes = [keyed_hash("nik", one.body["nik"]) for one in lives]
    rows = work.rows(_CLAIM, [branch_id, hashes, [one.id for one in lives], lives[0].received])
    held = {row[2] for row in rows}
    return [one for one in lives if one.id in held]


def _take_slots(work: Work, branch_id: int, lives: Sequence[Life]) -> set[date]:
    """Months that have a quota."""
    months = {row[0] for row in work.rows(_QUOTAS, [branch_id])}
    taken = Counter(one.day.replace(day=1) for one in lives if one.ended is None)
    work.execute(_CONSUME, [list(taken), list(taken.values()), branch_id])
    return months


def _person(one: Life) -> Row:
    body = one.body
    return {
        "id": one.person_id,
        "nik_sealed": _bytes(seal(body["nik"].encode())),
        "nik_hash": _bytes(keyed_hash("nik", body["nik"])),
        "nik_masked": mask_nik(body["nik"]),
        "kk_sealed": _bytes(seal(body["kk"].encode())) if body["kk"] else None,
        "kk_hash": _bytes(keyed_hash("kk", body["kk"])) if body["kk"] else None,
        "name": body["name"],
        "name_key": name_key(body["name"]),
        "birth_place": body["birth_place"] or "",
        "birth_date": body["birth_date"],
        "birth_known": body.get("birth_known", "day"),
        "sex": body["sex"],
        "phone": body["phone"],
        "phone_owner": body["phone_owner"],
        "phone_whose": body.get("phone_whose"),
        "email": body["email"],
        "address": body["address"],
        "region_code": body["region"],
        "created_at": one.received,
    }


def _enrolment(one: Life, around: Around, numbers: Mapping[UUID, str], slots: set[date], kpjs: Iterator[int]) -> Row:
    body, month = one.body, one.day.replace(day=1)
    paid = one.paid
    is_member = bool(paid)
    return whose(one) | {
        "id": one.id,
        "person_id": one.person_id,
        "segment": "BPU",
        "state": one.state,
        "captured_from": one.captured,
        "captured_to": one.captured,
        "captured_on": one.day,
        "received_at": one.received,
        "jobs": [job["code"] for job in body["jobs"]],
        "income": body["income"],
        "base_income": tariff.base_of(body["income"], month),
        "transport": body["transport"],
        "employs_others": body["employs_others"],
        "programmes": sorted(body["programmes"]),
        "months": body["months"],
        "price_shown": one.bills[0].amount,
        "rules": load().version,
        "licence_id": around.licence(one.agent.id, one.day),
        "quota_period": month if one.ended is None and month in slots else None,
        "quota_over": False,
        "warnings": [],
        "decided_at": one.ended,
        "payment_code": numbers[one.id],
        "activated_at": paid[0].at if paid else None,
        "cover_from": one.spells[-1][0] if one.spells else None,
        "first_month": paid[0].first if paid else None,
        "paid_through": one.paid_through,
        "core_state": "registered" if is_member else "none",
        "kpj": f"9{around.branch_id}9{next(kpjs):05d}" if is_member else None,
        "core_changed_at": one.spells[0][0] + timedelta(days=1) if is_member else None,
        "core_is_demo": is_member,
    }


def _heirs(one: Life) -> Iterator[Row]:
    for position, heir in enumerate(one.body["heirs"], start=1):
        yield {"enrolment_id": one.id, "position": position, "name": heir["name"], "relation": heir["relation"]}


def _consents(one: Life) -> Iterator[Row]:
    day = max(one.day, FIRST_CONSENTS)
    signed = one.captured if day == one.day else at(day + timedelta(days=one.day.day), 10 * 60)
    for purpose, consent in consents_on(day).items():
        yield {
            "enrolment_id": one.id,
            "purpose": purpose,
            "version": consent.version,
            "sha256": "\\x" + text_hash(consent.text.id),
            "given": True,
            "captured_to": signed,
            "agent_id": one.agent.id,
            "signature": one.body["signature"],
        }


def _bill(one: Life, each: Bill, numbers: Mapping[UUID, str], runs: Mapping[date, UUID]) -> Row:
    return {
        "id": each.id,
        "enrolment_id": one.id,
        "payment_code": numbers[one.id],
        "state": each.ended,
        "first_month": each.first,
        "months": each.months,
        "lines": each.lines,
        "amount": each.amount,
        "rules": load().version,
        "issued_at": each.issued,
        "priced_at": each.issued,
        "pay_by": each.pay_by,
        "paid_at": each.at if each.ended == "paid" else None,
        "origin": each.origin,
        "run_id": runs[each.first] if each.origin == "run" else None,
    }


def _runs(branch_id: int, lives: Sequence[Life]) -> dict[date, Row]:
    """The run of each month, with the bills that it came to."""
    bills: defaultdict[date, list[Bill]] = defaultdict(list)
    for one in lives:
        for each in one.bills:
            if each.origin == "run":
                bills[each.first].append(each)
    return {month: _run(month, of) for month, of in sorted(bills.items())}


def _run(month: date, bills: Sequence[Bill]) -> Row:
    moved = max(each.issued for each in bills)
    return {
        "id": uuid7(),
        "segment": "BPU",
        "month": month,
        "state": "done",
        "started_at": min(each.issued for each in bills),
        "moved_at": moved,
        "ended_at": moved,
        "members": len(bills),
        "looked_at": len(bills),
        "bills": len(bills),
        "amount": sum(each.amount for each in bills),
        "chunks": 1,
        "skipped": {},
    }


def _payments(lives: Sequence[Life]) -> list[Row]:
    rows: list[Row] = []
    for one in lives:
        for each in one.paid:
            assert each.at is not None
            number = len(rows) + 1
            rows.append(
                {
                    "id": each.payment_id,
                    "bill_id": each.id,
                    "enrolment_id": one.id,
                    "bank_id": BANKS[number % len(BANKS)].id,
                    "payment_request_id": f"DEMO{each.at:%y%m%d}P{one.agent.branch_id}{number:06d}",
                    "reference_no": f"9{one.agent.branch_id}{number:06d}",
                    "amount": each.amount,
                    "paid_at": each.at - timedelta(seconds=20),
                    "confirmed_at": each.at,
                    "source": "snap",
                }
            )
    return rows


def _paid_months(one: Life, each: Bill) -> Iterator[Row]:
    for month, _, jkk, jkm, jht, relief, _ in each.lines:
        yield {
            "enrolment_id": one.id,
            "month": f"{month}-01",
            "bill_id": each.id,
            "payment_id": each.payment_id,
            "jkk": jkk,
            "jkm": jkm,
            "jht": jht,
            "relief": relief,
            "jp": 0,
            "jkp": 0,
            "paid_at": each.at,
        }


def _spells(one: Life) -> Iterator[Row]:
    for began, first, over in one.spells:
        day = began.astimezone(ZONE).date()
        yield {
            "id": uuid7(),
            "enrolment_id": one.id,
            "during": f"[{day},{over or ''})",
            "first_month": first,
        }


def _returns(one: Life) -> Iterator[Row]:
    for each in one.bills:
        if each.origin == "return":
            yield {
                "id": uuid7(),
                "enrolment_id": one.id,
                "asked_at": each.issued,
                "asked_by": None,
                "agent_id": one.agent.id,
                "is_working": True,
                "is_well": True,
                "bill_id": each.id,
                "ended_as": "paid",
            }


def _ledger(lives: Sequence[Life], payments: Iterable[Row]) -> Iterator[Row]:
    """What was billed and taken back, summed by day; each payment for itself."""
    billed: defaultdict[date, list[Any]] = defaultdict(list)
    dropped: defaultdict[date, list[Any]] = defaultdict(list)
    for one in lives:
        for each in one.bills:
            billed[each.issued.astimezone(ZONE).date()] += each.lines
            if each.ended in ("cancelled", "expired") and each.at:
                dropped[each.at.astimezone(ZONE).date()] += each.lines
    for day, lines in billed.items():
        for name, amount in zip(ledger.Income._fields, ledger.Income.of(lines), strict=True):
            if amount:
                yield _entry(at(day, 18 * 60), ledger.RECEIVABLE, f"income:{name}", amount)
    for day, lines in dropped.items():
        for name, amount in zip(ledger.Income._fields, ledger.Income.of(lines), strict=True):
            if amount:
                yield _entry(at(day, 18 * 60), f"income:{name}", ledger.RECEIVABLE, amount)
    for row in payments:
        account = ledger.bank_account(row["bank_id"])
        entry = _entry(row["confirmed_at"], account, ledger.RECEIVABLE, row["amount"])
        yield entry | {"bill_id": row["bill_id"], "payment_id": row["id"]}


def _entry(moment: datetime, debit: str, credit: str, amount: int) -> Row:
    return {
        "id": uuid7(), "at": moment, "debit": debit, "credit": credit, "amount": amount, "bill_id": None, "payment_id": None,
    }  # fmt: skip


def _bytes(data: bytes) -> str:
    return "\\x" + data.hex()
