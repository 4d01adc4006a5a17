"""Holds the books against what phones and banks were told. Run as ``python -m tests.chaos.books DATA < told.json``.

Reads ``{"ops": {id: {kind, answer: {status, code}, of}}, "payments": [[code, rupiah, request id]]}``, prints JSON
``{"faults": [...], "facts": {...}}``. Reads as the superuser, whom row-level security does not hold back.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from perisai.web import config
from perisai.web.postgres import Cluster

# Each must find nothing.
MUST_BE_EMPTY = {
    "op never judged": "SELECT op_id FROM sync_op WHERE state IN ('received', 'held')",
    "enrolment without its op": "SELECT e.id FROM members_enrolment e LEFT JOIN sync_op o ON o.op_id = e.id AND o.kind = 'enrol'"
    " WHERE o.op_id IS NULL",
    "person twice": "SELECT nik_hash FROM members_person GROUP BY 1 HAVING count(*) > 1",
    "enrolment with another number of bills than one": "SELECT e.id FROM members_enrolment e LEFT JOIN contributions_bill b"
    " ON b.enrolment_id = e.id WHERE e.state IN ('accepted', 'active') GROUP BY e.id HAVING count(b.id) <> 1",
    "enrolment event missing or double": "SELECT e.id FROM members_enrolment e LEFT JOIN events_event v ON v.subject_id = e.id"
    " AND v.kind IN ('enrolment_accepted', 'enrolment_in_review') GROUP BY e.id HAVING count(v.id) <> 1",
    "payment event missing or double": "SELECT p.id FROM payments_payment p LEFT JOIN events_event v"
    " ON v.kind = 'payment_confirmed' AND v.detail->>'payment' = p.id::text GROUP BY p.id HAVING count(v.id) <> 1",
    "activation missing or double": "SELECT e.id FROM members_enrolment e LEFT JOIN events_event v ON v.subject_id = e.id"
    " AND v.kind = 'member_activated' GROUP BY e.id, e.state HAVING count(v.id) <> (e.state = 'active')::int",
    "payment with another number of ledger entries than one": "SELECT p.id FROM payments_payment p"
    " LEFT JOIN payments_ledger_entry l ON l.payment_id = p.id AND l.amount = p.amount GROUP BY p.id HAVING count(l.id) <> 1",
    "notification not booked": "SELECT id FROM payments_notification WHERE state NOT IN ('credited', 'repeat')",
    "quota is not what enrolments hold": "SELECT q.branch_id, q.period, q.consumed, count(e.id) FROM targets_quota q"
    " LEFT JOIN members_enrolment e ON e.branch_id = q.branch_id AND e.quota_period = q.period AND NOT e.quota_over"
    " GROUP BY 1, 2, 3 HAVING q.consumed <> count(e.id)",
    "cancelled enrolment holds a slot": "SELECT id FROM members_enrolment WHERE state = 'cancelled' AND quota_period IS NOT NULL",
    "NIK claims are not the live enrolments": "SELECT coalesce(e.id, c.enrolment_id) FROM (SELECT e.id, p.nik_hash"
    " FROM members_enrolment e JOIN members_person p ON p.branch_id = e.branch_id AND p.id = e.person_id"
    " WHERE e.state IN ('review', 'accepted', 'active')) e"
    " FULL JOIN members_nik_claim c ON c.enrolment_id = e.id AND c.nik_hash = e.nik_hash"
    " WHERE e.id IS NULL OR c.enrolment_id IS NULL",
    "chain behind its ops": "SELECT c.device_id FROM sync_chain c JOIN sync_op o USING (branch_id, device_id)"
    " GROUP BY c.device_id, c.seq HAVING c.seq <> max(o.seq) OR c.seq <> count(*)",
}
STATES = {"accepted": {"accepted", "active"}, "review": {"review"}}


def main(data: str) -> None:
    told = json.load(sys.stdin)
    config.export(config.resolve(data))
    import django

    django.setup()
    swept = _sweep()
    with psycopg.connect(Cluster(Path(data)).url("superuser")) as connection:
        faults = [
            f"{what}: {found[:3]}"
            for what, sql in MUST_BE_EMPTY.items()
            if (found := connection.execute(sql).fetchall())
        ]
        faults += _check_ops(connection, told["ops"])
        faults += _check_payments(connection, told["payments"])
    proofs, events = _prove()
    print(
        json.dumps(
            {"faults": faults + proofs, "facts": {"events": events, "notifications judged by the sweeper": swept}}
        )
    )


def _sweep() -> int:
    """What the worker does every minute with what a request left between storing and judging; here without the wait."""
    from perisai.events.clock import FixedClock
    from perisai.payments import jobs as payments
    from perisai.sync import jobs as sync

    later = datetime.now(UTC) + timedelta(minutes=1)
    sync.sweep(FixedClock(later))
    return payments.sweep(later)


def _check_ops(connection: "psycopg.Connection[Any]", told: dict[str, Any]) -> list[str]:
    ops = {str(row[0]): row[1:] for row in connection.execute("SELECT op_id, kind, state FROM sync_op")}
    enrolments = {
        str(row[0]): row[1:] for row in connection.execute("SELECT id, state, payment_code FROM members_enrolment")
    }
    faults = [f"op that nobody sent: {op}" for op in ops.keys() - told.keys()]
    faults += [f"op without an answer: {op}" for op, sent in told.items() if sent["answer"] is None]
    cancelled = {
        sent["of"] for sent in told.values() if (sent["answer"] or {}).get("status") == "accepted" and "of" in sent
    }
    for op, sent in told.items():
        if sent["answer"] is None:
            continue
        if ops.get(op) != (sent["kind"], sent["answer"]["status"]):
            faults.append(f"op {op} was told {sent}, stored is {ops.get(op)}")
        if sent["kind"] == "enrol" and sent["answer"]["status"] in STATES:
            state, code = enrolments.get(op, (None, None))
            wanted = {"cancelled"} if op in cancelled else STATES[sent["answer"]["status"]]
            if state not in wanted or code != sent["answer"]["code"]:
                faults.append(f"enrolment {op} was told {sent}, stored is {state} {code}")
    return faults


def _check_payments(connection: "psycopg.Connection[Any]", told: list[list[Any]]) -> list[str]:
    booked = connection.execute(
        "SELECT e.payment_code, p.amount, p.payment_request_id, e.state FROM payments_payment p"
        " JOIN members_enrolment e ON e.branch_id = p.branch_id AND e.id = p.enrolment_id"
    ).fetchall()
    wanted = sorted((code, rupiah, request_id, "active") for code, rupiah, request_id in told)
    if sorted(booked) == wanted:
        return []
    return [
        f"payments: told {set(wanted) - set(booked)}, booked {set(booked) - set(wanted)}, {len(wanted)} and {len(booked)}"
    ]


def _prove() -> tuple[list[str], int]:
    """Money balances, and counters equal events, in every branch; and how many events there are."""
    from perisai.events.scope import Scope
    from perisai.events.work import Work
    from perisai.payments.books import ledger
    from perisai.web.audit import recount_all

    faults, events = [], 0
    for result in list(recount_all()):
        events += result.events
        faults += [] if result.proved else [f"branch {result.branch_id}: counters differ from events {result}"]
        with Work.open(scope=Scope.branch(result.branch_id)) as work:
            faults += [f"branch {result.branch_id}: {fault}" for fault in ledger.prove(work, result.branch_id)]
    return faults, events


if __name__ == "__main__":
    main(sys.argv[1])
