"""Receive first: stores the raw ops of a push before anything is judged."""

from uuid import UUID

from perisai.events.vault import seal
from perisai.events.work import Work
from perisai.sync.op import SentOp
from perisai.sync.signed import Phone

# Unique by (branch, device, op): whoever comes second waits for the first and then inserts nothing.
_STORE = """
INSERT INTO sync_op (branch_id, device_id, op_id, seq, hash, prev, kind, sealed, received_at, state)
SELECT %s, %s, o.op_id, o.seq, o.hash, o.prev, o.kind, o.sealed, %s, 'received'
FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[], %s::bytea[], %s::text[], %s::bytea[])
  AS o (op_id, seq, hash, prev, kind, sealed)
ON CONFLICT (branch_id, device_id, op_id) DO NOTHING
"""

_PROVE = """
WITH seen AS (UPDATE accounts_device SET last_seen_at = %(now)s WHERE id = %(device)s)
INSERT INTO sync_push_proof (branch_id, device_id, hash, seq, signature, received_at)
VALUES (%(branch)s, %(device)s, %(hash)s, %(seq)s, %(signature)s, %(now)s) ON CONFLICT DO NOTHING
"""

_HASHES = """
SELECT op_id, hash FROM sync_op WHERE branch_id = %s AND device_id = %s AND op_id = ANY (%s)
"""


def store(work: Work, *, phone: Phone, ops: list[SentOp], signature: bytes) -> set[UUID]:
    """Stores what is new and returns the ids that were received before with other bytes. Three statements.

    The comparison is a statement of its own, so that it sees what a simultaneous push has committed.
    """
    distinct = {op.op_id: op for op in reversed(ops)}
    kept = sorted(distinct.values(), key=lambda op: op.op_id)
    work.execute(
        _STORE,
        [
            phone.branch_id,
            phone.id,
            work.now,
            [op.op_id for op in kept],
            [op.seq for op in kept],
            [op.hash for op in kept],
            [op.prev for op in kept],
            [op.kind for op in kept],
            [seal(op.line) for op in kept],
        ],
        prepared=True,
    )
    last = ops[-1]
    proof = {"hash": last.hash, "seq": last.seq, "signature": signature}
    work.execute(_PROVE, proof | {"branch": phone.branch_id, "device": phone.id, "now": work.now}, prepared=True)
    stored = dict(work.rows(_HASHES, [phone.branch_id, phone.id, list(distinct)], prepared=True))
    return {op.op_id for op in ops if bytes(stored[op.op_id]) != op.hash}
