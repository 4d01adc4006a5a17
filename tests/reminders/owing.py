"""Members who have paid through a month and owe since, for tests of reminders and chases."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.members.enrolling import enrol
from tests.world import FieldAgent, consent, system_work


def member(agent: FieldAgent, *, paid_through: date | None, contact: bool = True, **changes: Any) -> UUID:
    """An enrolment that is active and paid through a month (its first day), or not paid yet; with consent to be written to."""
    consents = [consent("enrolment"), consent("contact", given=contact)]
    enrolment_id = enrol(agent, **({"consents": consents} | changes))
    if paid_through is not None:
        pay_through(agent, enrolment_id, paid_through)
    return enrolment_id


def pay_through(agent: FieldAgent, enrolment_id: UUID, month: date) -> None:
    with system_work(agent.branch) as work:
        work.execute(
            "UPDATE members_enrolment SET state = 'active', paid_through = %s, first_month = coalesce(first_month, %s),"
            " cover_from = coalesce(cover_from, received_at), activated_at = coalesce(activated_at, received_at)"
            " WHERE branch_id = %s AND id = %s",
            [month, month, agent.branch.id, enrolment_id],
        )
        work.execute(
            "UPDATE contributions_bill SET state = 'cancelled' WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'",
            [agent.branch.id, enrolment_id],
        )
