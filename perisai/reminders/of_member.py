"""A member's reminders, answers and visits, as the member's page shows them."""

from typing import Any
from uuid import UUID

from perisai.events.work import Work
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
