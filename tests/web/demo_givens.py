"""What documentation, tours and browser tests take as given in every demo world, whatever day it was made on."""

from datetime import datetime
from typing import Final, LiteralString

import psycopg

_HAS_OPEN_BILL: Final[LiteralString] = (
    "EXISTS (SELECT FROM contributions_bill b WHERE b.branch_id = e.branch_id AND b.enrolment_id = e.id AND b.state = 'open'"
    " AND b.pay_by > %(at)s::timestamptz + interval '1 hour')"
)
GIVENS: Final[dict[str, tuple[LiteralString, int]]] = {
    "in both branches somebody who is here already, and one who looks like it, to decide about": (
        (
            "SELECT count(DISTINCT (branch_id, reason)) FROM members_review WHERE state = 'open' AND reason LIKE 'identity_s%%'"
            " AND branch_id IN (1501, 1502)"
        ),
        4,
    ),
    "agents of KC Jambi with somebody accepted who can pay": (
        (
            f"SELECT count(DISTINCT e.agent_id) FROM members_enrolment e WHERE e.branch_id = 1501 AND e.state = 'accepted'"
            f" AND {_HAS_OPEN_BILL}"
        ),
        10,
    ),
    "accepted in KC Muaro Bungo who can pay": (
        f"SELECT count(*) FROM members_enrolment e WHERE e.branch_id = 1502 AND e.state = 'accepted' AND {_HAS_OPEN_BILL}",
        5,
    ),
    "agents with members whose time is over": (
        "SELECT count(DISTINCT agent_id) FROM members_enrolment WHERE state = 'lapsed'",
        12,
    ),
    "agents with members who owe": (
        (
            "SELECT count(DISTINCT e.agent_id) FROM members_enrolment e WHERE e.state = 'active' AND e.segment = 'BPU'"
            " AND e.paid_through < date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'Asia/Jakarta')"
        ),
        15,
    ),
    "what agents told of visits": ("SELECT count(*) FROM reminders_visit WHERE branch_id = 1501", 6),
    "reminders sent": ("SELECT count(*) FROM reminders_reminder WHERE branch_id = 1501 AND state = 'sent'", 20),
    "answers to reminders": ("SELECT count(*) FROM reminders_answer WHERE branch_id = 1501", 4),
    "groups with members": (
        (
            "SELECT count(*) FROM payers_group g WHERE g.branch_id = 1501 AND EXISTS (SELECT FROM members_enrolment e"
            " WHERE e.branch_id = g.branch_id AND e.group_id = g.id)"
        ),
        2,
    ),
    "bills that sponsors pay": ("SELECT count(*) FROM contributions_bill WHERE sponsor_id IS NOT NULL", 12),
    "open code of a sponsor": (
        "SELECT count(*) FROM payments_order WHERE branch_id = 1501 AND payer_kind = 'sponsor' AND state = 'open'",
        1,
    ),
    "answers at the end of a funding": ("SELECT count(*) FROM payers_farewell WHERE outcome IS NOT NULL", 3),
    "states of codes for an agent's bills": (
        "SELECT count(DISTINCT state) FROM payments_order WHERE branch_id = 1501 AND payer_kind = 'agent'",
        3,
    ),
    "money that is held": ("SELECT count(*) FROM payments_held WHERE branch_id = 1501", 1),
    "refund that waits": ("SELECT count(*) FROM payments_refund WHERE branch_id = 1501 AND state = 'proposed'", 1),
    "agents with cash": (
        "SELECT count(DISTINCT agent_id) FROM custody_receipt WHERE branch_id = 1501 AND state = 'held'",
        4,
    ),
    "cash that is overdue": (
        (
            "SELECT count(*) FROM custody_receipt WHERE branch_id = 1501 AND state = 'held' AND kind = 'cash'"
            " AND due_on < (%(at)s::timestamptz AT TIME ZONE 'Asia/Jakarta')::date"
        ),
        1,
    ),
    "cash that was deposited": ("SELECT count(*) FROM custody_deposit WHERE branch_id = 1501 AND state = 'paid'", 1),
    "states of mandates": ("SELECT count(DISTINCT state) FROM payments_mandate WHERE branch_id = 1501", 3),
    "candidates to drag on the board": (
        (
            "SELECT count(*) FROM recruitment_candidate WHERE branch_id = 1501 AND state = 'screened'"
            " AND full_name IN ('Ratna Juwita', 'Hendri Saputra', 'Agus Salim')"
        ),
        3,
    ),
    "people in training": (
        "SELECT count(*) FROM agents_agent WHERE branch_id = 1501 AND state = 'trainee'",
        2,
    ),
    "open exams": ("SELECT count(*) FROM exams_exam WHERE branch_id = 1501 AND state = 'open'", 2),
    "agents who ask for a new licence": (
        "SELECT count(*) FROM agents_renewal WHERE branch_id = 1501 AND state = 'asked'",
        1,
    ),
    "classes that are on": (
        "SELECT count(*) FROM training_lesson WHERE title = 'Kelas Dasar Perisai' AND %(at)s BETWEEN starts_at AND ends_at",
        2,
    ),
    "quotas of this month": (
        (
            "SELECT count(*) FROM targets_quota WHERE segment = 'all' AND branch_id IN (1501, 1502)"
            " AND period = date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'Asia/Jakarta')::date AND cap > consumed + 50"
        ),
        2,
    ),
    "requests for more quota": ("SELECT count(*) FROM targets_quota_request WHERE branch_id IN (1501, 1502)", 2),
    "plans of this year": (
        (
            "SELECT count(DISTINCT office_id) FROM targets_plan WHERE office_id IN (1501, 1502) AND state = 'approved'"
            " AND year = extract(year FROM %(at)s::timestamptz AT TIME ZONE 'Asia/Jakarta')"
        ),
        2,
    ),
    "businesses": (
        "SELECT count(*) FROM employers_employer WHERE branch_id = 1501 AND name = 'Bengkel Las Cahaya Motor'",
        1,
    ),
    "agents who are suspended": (
        "SELECT count(*) FROM agents_agent WHERE branch_id = 1502 AND state = 'suspended'",
        1,
    ),
}
"""By what it is: a count, and how many it is at least."""


def find_missing(database_url: str, at: datetime) -> dict[str, int]:
    """What is not there at this moment, with how many there are."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SELECT set_config('perisai.branches', '{1501,1502}', false)")
        counts = {what: _count(connection, sql, at) for what, (sql, _) in GIVENS.items()}
    return {what: count for what, count in counts.items() if count < GIVENS[what][1]}


def _count(connection: "psycopg.Connection[tuple[int]]", sql: LiteralString, at: datetime) -> int:
    row = connection.execute(sql, {"at": at}).fetchone()
    assert row is not None
    return row[0]
