"""A member's reminders, answers and visits, as the member's page shows them."""

from typing import Any
from uuid import UUID

from perisai.events.work import Work
from perisai.messages.preference import Preference, find_preference
from perisai.reminders import labels, queries


def context(work: Work, *, branch_id: int, enrolment_id: UUID) -> list[dict[str, Any]]:
    """Newest first. One statement."""
    states, reasons = labels.states(), labels.reasons()
    words = {"reminder": labels.rules(), "answer": labels.said(), "visit": labels.outcomes()}
    return [
        row
        | {
            "text": words[row["what"]].get(row["word"], row["word"]),
            "state_word": states[row["state"]].text if row["what"] == "reminder" else "",
            "why": reasons.get(row["reason"], row["reason"]),
        }
        for row in queries.of_member(work, branch_id=branch_id, enrolment_id=enrolment_id)
    ]


def wishes(work: Work, *, branch_id: int, phone: str | None) -> Preference:
    """How the holder of the number wants to be written to. One statement."""
    return find_preference(work, branch_id=branch_id, phone=phone) if phone else Preference()
