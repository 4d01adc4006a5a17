"""What the server has, read as the superuser, whom row-level security does not hold back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from perisai.web.postgres import Cluster
from tests.running import Running

GENESIS = bytes(32)
JUDGED = {"accepted", "review", "rejected"}
SECONDS = 60.0


@dataclass(frozen=True)
class Books:
    running: Running

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(Cluster(self.running.data).url("superuser")) as connection:
            return connection.execute(sql, params).fetchall()  # type: ignore[arg-type]  # composed of constants

    def ops(self, ids: Sequence[str]) -> dict[str, list[str]]:
        """States of the rows that the server keeps of each op."""
        found: dict[str, list[str]] = {op: [] for op in ids}
        for op, state in self.rows("SELECT op_id::text, state FROM sync_op WHERE op_id = ANY (%s::uuid[])", list(ids)):
            found[op].append(state)
        return found

    def assert_each_once(self, ids: Sequence[str]) -> None:
        """Every one of these ops is there once and judged, and made one enrolment; the chains they stand in are whole."""
        assert len(set(ids)) == len(ids)
        self._until_judged(ids)
        found = self.ops(ids)
        assert {op: len(states) for op, states in found.items()} == dict.fromkeys(ids, 1)
        enrolled = self.rows("SELECT id::text FROM members_enrolment WHERE id = ANY (%s::uuid[])", list(ids))
        taken = {op for op, states in found.items() if states != ["rejected"]}
        assert sorted(op for (op,) in enrolled) == sorted(taken)
        self.assert_chains_whole(ids)

    def assert_chains_whole(self, ids: Sequence[str]) -> None:
        """From the first op on, each cites the hash of the one before, without a gap; of all phones that made these ops."""
        rows = self.rows(
            "SELECT device_id::text, seq, hash, prev FROM sync_op WHERE device_id IN"
            " (SELECT device_id FROM sync_op WHERE op_id = ANY (%s::uuid[])) ORDER BY device_id, seq",
            list(ids),
        )
        before: tuple[str, int, bytes] | None = None
        for device, seq, digest, prev in rows:
            if before is None or before[0] != device:
                before = (device, 0, GENESIS)
            assert (seq, bytes(prev)) == (before[1] + 1, before[2]), f"chain of {device} breaks at {seq}"
            before = (device, seq, bytes(digest))

    def enrolments_of(self, name: str) -> list[tuple[str, str]]:
        """(id, state) of every enrolment of people of this name."""
        return [
            (str(row[0]), str(row[1]))
            for row in self.rows(
                "SELECT e.id, e.state FROM members_enrolment e JOIN members_person p"
                " ON p.branch_id = e.branch_id AND p.id = e.person_id WHERE p.name = %s",
                name,
            )
        ]

    def photos(self, ids: Sequence[str]) -> dict[str, bool]:
        """Of the photos that these ops name: whether the server has all of it."""
        return {
            str(op): bool(whole)
            for op, whole in self.rows(
                "SELECT enrolment_id, complete_at IS NOT NULL FROM members_photo WHERE enrolment_id = ANY (%s::uuid[])",
                list(ids),
            )
        }

    def waiting_photos(self) -> int:
        """Photos that are kept until a person has decided on their ops."""
        return sum(1 for _ in (self.running.data / "attachments" / "waiting").glob("*"))

    def _until_judged(self, ids: Sequence[str]) -> None:
        deadline = time.monotonic() + SECONDS
        while True:
            waiting = {op: states for op, states in self.ops(ids).items() if not set(states) & JUDGED}
            if not waiting:
                return
            assert time.monotonic() < deadline, f"not judged in {SECONDS} s: {waiting}"
            time.sleep(0.2)
