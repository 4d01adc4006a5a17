"""Receive first: stores the raw ops of a push before anything is judged."""

from itertools import accumulate

import orjson

from perisai.events.vault import seal
from perisai.events.work import Work
from perisai.sync.op import SentOp
from perisai.sync.signed import Phone

# Unique by (branch, device, op): whoever comes second waits for the first and then inserts nothing.
_STORE = """
INSERT INTO sync_op (branch_id, device_id, op_id, seq, hash, prev, kind, sealed, received_at, state)
SELECT %(branch)s, %(device)s, o.op_id, o.seq, o.hash, o.prev, o.kind,
  substring(%(sealed)s::bytea FROM o.starts FOR o.length), %(now)s, 'received'
FROM jsonb_to_recordset(%(rows)s::jsonb)
  AS o (op_id uuid, seq bigint, hash bytea, prev bytea, kind text, starts int, length int)
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


def store(work: Work, *, phone: Phone, ops: list[SentOp], signature: bytes, signed: SentOp | None = None) -> set[bytes]:
    """Stores what is new and returns the hashes of those whose id was received before with other bytes. Two statements, and
    a third where something was not new.

    The comparison is a statement of its own, so that it sees what a simultaneous push has committed. ``signed`` is the op
    that the signature is over, where it is not the last of ``ops``.
    """
    distinct = {op.op_id: op for op in reversed(ops)}
    kept = sorted(distinct.values(), key=lambda op: op.op_id.int)
    sealed = [seal(op.line) for op in kept]
    common = {"branch": phone.branch_id, "device": phone.id, "now": work.now}
    rows = {"rows": _rows(kept, sealed), "sealed": b"".join(sealed)}
    stored_now = work.execute(_STORE, common | rows, prepared=True)
    last = signed or ops[-1]
    proof = {"hash": last.hash, "seq": last.seq, "signature": signature}
    work.execute(_PROVE, common | proof, prepared=True)
    if stored_now == len(ops):
        return set()
    stored = dict(work.rows(_HASHES, [phone.branch_id, phone.id, list(distinct)], prepared=True))
    return {op.hash for op in ops if bytes(stored[op.op_id]) != op.hash}


def _rows(ops: list[SentOp], sealed: list[bytes]) -> str:
    """The ops as JSON; their sealed bytes travel in one piece, and each op says where its own begin (from 1)."""
    starts = accumulate((len(one) for one in sealed), initial=1)
    return orjson.dumps(
        [
            {
                "op_id": op.op_id,
                "seq": op.seq,
                "hash": f"\\x{op.hash.hex()}",
                "prev": f"\\x{op.prev.hex()}",
                "kind": op.kind,
                "starts": start,
                "length": len(one),
            }
            for op, one, start in zip(ops, sealed, starts, strict=False)
        ]
    ).decode()
