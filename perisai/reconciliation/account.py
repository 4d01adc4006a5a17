"""The account at a bank that statements are of, and how they are read; set by head office."""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.reconciliation.table_file import OURS
from perisai.reconciliation.taking import account_hash, mask_account

_BOUNDS: Final = {"window_days": 10, "fee_each": 100_000, "fee_bps": 1_000}
_SAVE = """
INSERT INTO reconciliation_account AS a (bank_id, number_hash, number_masked, columns, window_days, fee_each, fee_bps, settles)
VALUES (%(bank)s, coalesce(%(hash)s, ''::bytea), %(masked)s, %(columns)s, %(window_days)s, %(fee_each)s, %(fee_bps)s, %(settles)s)
ON CONFLICT (bank_id) DO UPDATE SET number_hash = coalesce(%(hash)s, a.number_hash),
  number_masked = coalesce(nullif(%(masked)s, ''), a.number_masked), columns = excluded.columns,
  window_days = excluded.window_days, fee_each = excluded.fee_each, fee_bps = excluded.fee_bps, settles = excluded.settles
"""


def find(work: Work, bank_id: str) -> dict[str, Any] | None:
    """``columns`` as lines of ``Title = name``."""
    rows = work.dicts(
        "SELECT a.number_masked, a.columns, a.window_days, a.fee_each, a.fee_bps, a.settles FROM reconciliation_account a"
        " WHERE a.bank_id = %s",
        [bank_id],
    )
    if not rows:
        return None
    columns = orjson.loads(rows[0]["columns"])
    return rows[0] | {"columns": "\n".join(f"{title} = {name}" for title, name in columns.items())}


def save(work: Work, *, bank_id: str, given: Mapping[str, str]) -> None:
    """An empty number keeps the present one. Raises ``Refused`` E4810 with the field."""
    digits = re.sub(r"[ .-]", "", given.get("number", ""))
    has_number = find(work, bank_id) is not None
    if not (digits.isdecimal() and 6 <= len(digits) <= 24) and (digits or not has_number):
        raise Refused("E4810", field="number")
    settles = given.get("settles", "")
    if settles not in ("each", "day"):
        raise Refused("E4810", field="settles")
    row: dict[str, Any] = {"bank": bank_id, "settles": settles, "columns": _columns(given.get("columns", ""))}
    row |= {"hash": account_hash(digits) if digits else None, "masked": mask_account(digits) if digits else ""}
    for name, most in _BOUNDS.items():
        text = given.get(name, "").strip()
        if not text.isdecimal() or len(text) > 9 or int(text) > most:
            raise Refused("E4810", field=name)
        row[name] = int(text)
    work.execute(_SAVE, row)


def _columns(text: str) -> str:
    found: dict[str, str] = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        title, _, name = (part.strip() for part in line.partition("="))
        if not title or name not in OURS:
            raise Refused("E4810", field=f"columns: {line[:40]}")
        found[title] = name
    return orjson.dumps(found).decode()
