"""Licences that are about to end: told 60, 30 and 7 days ahead, each once, to the agent and for the branch to count."""

from datetime import date, timedelta
from typing import Final, LiteralString

from perisai.agents.rules import figure
from perisai.events.work import Happened, Work
from perisai.messages import outbox

GOOD_FOR: Final = timedelta(days=3)
_FIGURES: Final = ("licence_warn_days_first", "licence_warn_days_second", "licence_warn_days_last")

# The last valid licence of whoever has not ended, by licence_agent: one that was revoked or is followed by another needs no
# warning. Of the days that have come, the nearest is told: after a stop of a month nobody needs to hear that there were sixty.
_WARN: LiteralString = """
WITH due AS (
  SELECT a.branch_id, a.id AS agent_id, a.phone, l.id AS licence_id, l.valid_to, w.days
  FROM agents_agent a
  JOIN LATERAL (
    SELECT id, valid_to FROM agents_licence l
    WHERE l.branch_id = a.branch_id AND l.agent_id = a.id AND l.state = 'valid' ORDER BY l.valid_to DESC LIMIT 1
  ) l ON l.valid_to BETWEEN %(today)s::date AND %(today)s::date + %(most)s
  CROSS JOIN LATERAL (SELECT min(d) AS days FROM unnest(%(days)s::int[]) AS d WHERE l.valid_to - %(today)s::date <= d) w
  WHERE a.branch_id = %(branch)s AND a.state IN ('active', 'suspended')
), told AS (
  INSERT INTO agents_licence_warning (branch_id, licence_id, days, agent_id, warned_on, warned_at, has_text)
  SELECT branch_id, licence_id, days, agent_id, %(today)s, %(now)s, phone <> '' FROM due ORDER BY licence_id
  ON CONFLICT DO NOTHING RETURNING licence_id
)
SELECT d.agent_id, d.phone, d.licence_id, d.valid_to, d.days FROM due d JOIN told t ON t.licence_id = d.licence_id
ORDER BY d.valid_to, d.licence_id
"""


def warn_days(on: date) -> list[int]:
    """How many days ahead a licence's end is told, by the rules of a day; the longest first."""
    return sorted((figure(name, on) for name in _FIGURES), reverse=True)


def warn(work: Work, *, branch_id: int, today: date) -> int:
    """Tells of each licence at most once for each of ``warn_days``, however often it is called. How many were told. Statements do
    not depend on how many."""
    days = warn_days(today)
    facts = {"branch": branch_id, "today": today, "now": work.now, "days": days, "most": max(days)}
    told = work.rows(_WARN, facts)
    texts = [
        outbox.Text("agent_licence", phone, _body(valid_to, (valid_to - today).days), work.now + GOOD_FOR)
        for _, phone, _, valid_to, _ in told
        if phone
    ]
    outbox.queue_many(work, branch_id=branch_id, agent_id=None, texts=texts)
    for agent_id, _, licence_id, valid_to, ahead in told:
        detail = {"licence": str(licence_id), "days": ahead, "valid_to": valid_to.isoformat()}
        work.report(Happened("licence_expiring", branch_id, subject_id=agent_id, agent_id=agent_id, detail=detail))
    return len(told)


def _body(valid_to: date, days: int) -> str:
    when = f"{days} hari lagi" if days else "hari ini"
    return (
        f"PERISAI: izin Anda berakhir {valid_to:%d-%m-%Y} ({when}). Lihat yang kurang dan minta perpanjangan di aplikasi,"
        " bagian Saya."
    )
