"""What the holder of a link reads about cash: which agent has it since when, and whether a bank has it now."""

from dataclasses import dataclass
from typing import Any

from perisai.custody import queries
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.portal.link import Link


@dataclass(frozen=True)
class Cash:
    """``held``: with the agent, not with a bank; ``received``: what banks have confirmed, the newest first."""

    held: list[dict[str, Any]]
    received: list[dict[str, Any]]


def find_cash(link: Link) -> Cash:
    """One statement. What was voided, and what was given back to an agent, is not told here."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        rows = queries.of_member(work, link.branch_id, link.enrolment_id)
    told = [row | {"left": row["amount"] - row["settled"]} for row in rows if row["kind"] != "repayment"]
    return Cash(
        held=[row for row in told if row["state"] == "held"],
        received=[row for row in told if row["state"] == "settled"][:3],
    )
