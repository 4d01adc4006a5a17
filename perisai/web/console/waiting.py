"""What waits for this viewer in the life of agents: every room counts its own, here it stands in one list."""

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.functional import Promise

from perisai.accounts.audience import PageRequest
from perisai.agencies import labels as agencies_words
from perisai.agencies import queries as agencies
from perisai.agents import labels as agents_words
from perisai.agents import queries as agents
from perisai.custody import labels as custody_words
from perisai.custody import queries as custody
from perisai.events.work import branch_day
from perisai.exams import queries as exams
from perisai.exams.console import WAITING as EXAMS
from perisai.feeds import queries as feeds
from perisai.payments import labels as payments_words
from perisai.payments.proposals import proposal as payments
from perisai.reconciliation import labels as reconciliation_words
from perisai.reconciliation import queries as reconciliation
from perisai.recruitment import labels as recruitment_words
from perisai.recruitment import queries as recruitment
from perisai.reminders import waiting as reminders
from perisai.supervision import queries as supervision
from perisai.supervision.console import WAITING as SUPERVISION
from perisai.targets.plans import labels as targets_words
from perisai.targets.plans import queries as targets
from perisai.targets.quotas import request as quota_requests
from perisai.training import labels as training_words
from perisai.training import queries as training
from perisai.web.context import may_open


class Waiting(NamedTuple):
    """``address`` lists what is counted."""

    label: str | Promise
    many: int
    icon: str
    address: str


def in_agents_life(request: PageRequest) -> list[Waiting]:
    """In the order of an agent's life; what is nothing, and what this role cannot open, is left out."""
    return [one for one in _all(request) if one.many and may_open(request.viewer.role, urlsplit(one.address).path)]


def _all(request: PageRequest) -> Iterator[Waiting]:
    work, viewer = request.work, request.viewer
    today = branch_day(work.now, viewer.office.timezone)
    rooms = (
        (agencies.waiting(work, viewer=viewer), agencies_words.WAITING, "building-store"),
        (recruitment.waiting(work, viewer=viewer), recruitment_words.WAITING, "user-plus"),
        (training.waiting(work, viewer=viewer, now=work.now), training_words.WAITING, "school"),
        (exams.waiting(work, viewer=viewer), EXAMS, "checklist"),
        (agents.waiting(work, viewer=viewer, today=today), agents_words.WAITING, "certificate"),
        (supervision.waiting(work, viewer=viewer), SUPERVISION, "gavel"),
        (custody.waiting(work, viewer=viewer), custody_words.WAITING, "wallet"),
        (payments.waiting(work, viewer=viewer), payments_words.WAITING, "users"),
        (reconciliation.waiting_long(work, viewer=viewer), reconciliation_words.WAITING, "scale"),
        (reminders.waiting(work, viewer=viewer), reminders.WAITING, "message"),
        (targets.waiting(work, viewer=viewer), targets_words.WAITING, "target-arrow"),
        (quota_requests.waiting(work, viewer=viewer), quota_requests.WAITING, "stairs-up"),
        (feeds.waiting(work, viewer=viewer), feeds.WAITING, "link"),
    )
    for found, words, icon in rooms:
        for key, count, address in found:
            yield Waiting(words[key], count, icon, address)
