"""The file of an agent as plain data: for the agent's own phone, and for the page of the office."""

from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from perisai import written
from perisai.events.work import Work, branch_day
from perisai.supervision import absence, document, idle
from perisai.supervision.sealed import open_text
from perisai.supervision.words import KEEPS, KINDS, REASONS, STATES

# Carried by measure_agent, appeal_once and the primary key of accounts_user.
_MEASURES: LiteralString = """
SELECT m.id, m.kind, m.reason, m.text_sealed, m.from_on, m.until_on, m.appeal_until, m.course_id, m.to_agent_id, m.decided_by,
  m.decided_at, m.carried_out_at, m.ended_at, m.lifted_at, u.full_name AS who, v.title AS course, t.full_name AS to_name,
  p.id AS appeal_id, p.text_sealed AS appeal_text, p.filed_at, p.decided_at AS appeal_decided_at, p.outcome, p.answer_sealed,
  w.full_name AS appeal_who, o.timezone
FROM supervision_measure m JOIN offices_office o ON o.id = m.branch_id
LEFT JOIN accounts_user u ON u.id = m.decided_by
LEFT JOIN supervision_appeal p ON p.branch_id = m.branch_id AND p.measure_id = m.id
LEFT JOIN accounts_user w ON w.id = p.decided_by
LEFT JOIN training_course c ON c.id = m.course_id
LEFT JOIN training_version v ON v.branch_id = c.branch_id AND v.course_id = c.id AND v.number = c.published
LEFT JOIN agents_agent t ON t.branch_id = m.branch_id AND t.id = m.to_agent_id
WHERE m.branch_id = %s AND m.agent_id = %s ORDER BY m.decided_at DESC, m.id DESC LIMIT 200
"""
_TIMEZONE: LiteralString = "SELECT timezone FROM offices_office WHERE id = %s"


def entries(work: Work, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    """What the agent may read of their own file, newest first, ready for JSON. Four statements.

    Each: ``id``, ``kind`` (a key of ``words.KINDS``), ``day``, ``title`` and ``reason`` ({"id", "en"}), ``text`` as it was written,
    ``from_on``, ``until_on``, ``appeal_until`` (days in ISO, or None), ``can_appeal``, ``appeal`` (None, or ``id``, ``filed_on``,
    ``text``, ``outcome`` None, upheld or lifted, ``decided_on``, ``answer``, ``documents``), ``is_over``, ``documents`` (how many).
    Who decided is not in.
    """
    row = work.row(_TIMEZONE, [branch_id])
    timezone = row[0] if row else "Asia/Jakarta"
    today = branch_day(work.now, timezone)
    papers = document.of_agent(work, branch_id=branch_id, agent_id=agent_id)
    found = [
        *(_measure(one, today, papers) for one in measures(work, branch_id, agent_id)),
        *(_proposal(one) for one in idle.of_agent(work, branch_id=branch_id, agent_id=agent_id)),
        *(_absence(one, today) for one in absence.of_agent(work, branch_id=branch_id, agent_id=agent_id)),
    ]
    return sorted(found, key=lambda entry: (entry["day"], entry["id"]), reverse=True)


def measures(work: Work, branch_id: int, agent_id: UUID) -> list[dict[str, Any]]:
    """Every measure with its appeal, newest first, opened. One statement."""
    return [
        row
        | {
            "text": open_text(row["text_sealed"]),
            "appeal_text": open_text(row["appeal_text"]),
            "answer": open_text(row["answer_sealed"]),
        }
        for row in work.dicts(_MEASURES, [branch_id, agent_id])
    ]


def can_appeal(row: dict[str, Any], today: date) -> bool:
    until = row["appeal_until"]
    return until is not None and today <= until and row["appeal_id"] is None and row["lifted_at"] is None


def _measure(row: dict[str, Any], today: date, papers: dict[UUID, list[dict[str, Any]]]) -> dict[str, Any]:
    zone = row["timezone"]
    appeal = None
    if row["appeal_id"] is not None:
        appeal = {
            "id": str(row["appeal_id"]),
            "filed_on": _day(row["filed_at"], zone),
            "text": row["appeal_text"],
            "outcome": row["outcome"],
            "decided_on": _day(row["appeal_decided_at"], zone),
            "answer": row["answer"],
            "documents": len(papers.get(row["appeal_id"], ())),
        }
    is_over = row["lifted_at"] is not None or row["ended_at"] is not None
    entry = _entry(row["id"], row["kind"], _day(row["decided_at"], zone), REASONS[row["reason"]])
    return entry | {
        "text": row["text"],
        "from_on": row["from_on"].isoformat(),
        "until_on": row["until_on"] and row["until_on"].isoformat(),
        "appeal_until": row["appeal_until"] and row["appeal_until"].isoformat(),
        "can_appeal": can_appeal(row, today),
        "appeal": appeal,
        "is_over": is_over,
        "documents": len(papers.get(row["id"], ())),
    }


def _proposal(row: dict[str, Any]) -> dict[str, Any]:
    state = STATES[row["state"]]
    kept = KEEPS.get(row["reason"]) if row["state"] == "kept" else None
    why = {language: f" ({kept[language]})" if kept else "" for language in state}
    months = {"id": ", ".join(written.month(month) for month in row["months"])}
    months["en"] = ", ".join(f"{month:%b %Y}" for month in row["months"])
    reason = {
        "id": f"Tanpa akuisisi: {months['id']}; {state['id']}{why['id']}",
        "en": f"Without acquisition: {months['en']}; {state['en']}{why['en']}",
    }
    entry = _entry(row["id"], "idle", row["announced_on"].isoformat(), reason)
    return entry | {"from_on": row["decide_from"].isoformat(), "is_over": row["state"] != "open"}


def _absence(row: dict[str, Any], today: date) -> dict[str, Any]:
    who = row["substitute"] or ""
    reason = {"id": f"Pengganti: {who}", "en": f"Substitute: {who}"} if who else {"id": "", "en": ""}
    entry = _entry(row["id"], row["kind"], row["from_on"].isoformat(), reason)
    return entry | {
        "from_on": row["from_on"].isoformat(),
        "until_on": row["until_on"].isoformat(),
        "is_over": row["until_on"] < today,
    }


def _entry(id_: UUID, kind: str, day: str | None, reason: dict[str, str]) -> dict[str, Any]:
    return {
        "id": str(id_),
        "kind": kind,
        "day": day,
        "title": KINDS[kind],
        "reason": reason,
        "text": "",
        "from_on": None,
        "until_on": None,
        "appeal_until": None,
        "can_appeal": False,
        "appeal": None,
        "is_over": False,
        "documents": 0,
    }


def _day(at: datetime | None, timezone: str) -> str | None:
    return branch_day(at, timezone).isoformat() if at is not None else None
