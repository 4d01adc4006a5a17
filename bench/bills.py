"""A month's bills for a million members, priced, with an event and ledger entries a chunk, against the bare insert of these rows.

The limit inserts rows that were made beforehand, with what stands on the table already (keys, indexes, row-level security), in
transactions of as many rows. Rounds are interleaved: each bills a tenth of the members in a branch of its own, and
then inserts the very same rows again into another branch of the same size. The arguments may name a smaller number of members.
"""

import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from bench._bills_world import Place, make_members
from bench._push_world import analyze, next_free_branch
from perisai.contributions.cover.rule import add_months
from perisai.contributions.runs import month_run
from perisai.contributions.runs.run import CHUNK
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.web.bench import Env

MEMBERS, ROUNDS = 1_000_000, 10
GOAL = 2.5
TODAY = datetime.now(UTC).date()
MONTH, PAID = add_months(TODAY, 7), add_months(TODAY, 6)
"""So far ahead that the world's own nightly runs have nothing to bill."""

# The same bills for the members of another branch, who have the same places in the order of ids.
_STAGE = """
CREATE UNLOGGED TABLE bench_bills AS
SELECT o.branch_id, uuidv7() AS id, o.id AS enrolment_id, o.payment_code, b.state, b.first_month, b.months, b.lines, b.amount,
  b.rules, b.issued_at, b.priced_at, b.pay_by, b.paid_at, b.origin, b.run_id, b.replaces_id, b.sponsor_id, o.n
FROM (
  SELECT b.*, row_number() OVER (ORDER BY enrolment_id) AS n FROM contributions_bill b WHERE branch_id = %(from)s
) b JOIN (
  SELECT branch_id, id, payment_code, row_number() OVER (ORDER BY id) AS n FROM members_enrolment WHERE branch_id = %(to)s
) o USING (n)
ORDER BY o.n
"""
_BARE = """
INSERT INTO contributions_bill (branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules,
  issued_at, priced_at, pay_by, paid_at, origin, run_id, replaces_id, sponsor_id)
SELECT branch_id, id, enrolment_id, payment_code, state, first_month, months, lines, amount, rules, issued_at, priced_at,
  pay_by, paid_at, origin, run_id, replaces_id, sponsor_id
FROM bench_bills WHERE n > %s AND n <= %s
"""


def run(env: Env) -> dict[str, Any]:
    members = int(env.arguments[0]) if env.arguments else MEMBERS
    each = members // ROUNDS
    first = next_free_branch()
    ours, limit, chunks = [], [], 0
    for index in range(ROUNDS):
        places = [make_members(env.owner_url, first + 2 * index + side, each, PAID) for side in (0, 1)]
        analyze(env.owner_url)
        ours.append(_ours(places[0]))
        chunks += -(-each // CHUNK)
        _stage(env, places)
        limit.append(_bare(places[1], each))
    ratio = sum(ours) / sum(limit)
    return {
        "name": "bills",
        "figures": [
            {
                "what": "bills of a month",
                "value": round(sum(ours), 2),
                "unit": "s",
                "limit": round(sum(limit), 2),
                "ratio": round(ratio, 3),
                "goal": GOAL,
                "met": ratio <= GOAL,
                "members": each * ROUNDS,
                "bills_a_second": round(each * ROUNDS / sum(ours)),
                "chunks": chunks,
            }
        ],
    }


def _ours(place: Place) -> float:
    began = time.monotonic()
    run_id = month_run.issue(month_run.Place(place.branch_id, "Asia/Jakarta"), MONTH)
    seconds = time.monotonic() - began
    _check(place, run_id)
    return seconds


def _check(place: Place, run_id: UUID) -> None:
    with Work(scope=Scope.branch(place.branch_id)) as work:
        row = work.row(
            "SELECT bills, state FROM contributions_run WHERE branch_id = %s AND id = %s", [place.branch_id, run_id]
        )
    if row != (place.members, "done"):
        raise RuntimeError(f"{place.members} members, but {row}")


def _stage(env: Env, places: list[Place]) -> None:
    with psycopg.connect(env.owner_url, autocommit=True) as owner:
        owner.execute("DROP TABLE IF EXISTS bench_bills")
        owner.execute(_STAGE, {"from": places[0].branch_id, "to": places[1].branch_id})
        owner.execute("CREATE INDEX ON bench_bills (n)")
        owner.execute("GRANT SELECT ON bench_bills TO perisai_web")
        owner.execute("VACUUM ANALYZE bench_bills")


def _bare(place: Place, each: int) -> float:
    began = time.monotonic()
    for start in range(0, each, CHUNK):
        with Work(scope=Scope.branch(place.branch_id)) as work:
            work.execute(_BARE, [start, start + CHUNK])
    return time.monotonic() - began
