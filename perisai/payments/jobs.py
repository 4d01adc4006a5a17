"""What the worker does for payments: judges what a crash left, and forgets what banks no longer ask for."""

import logging
from datetime import UTC, datetime

from django.db import connection
from procrastinate.contrib.django import app

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices.everywhere import in_each, in_every_branch
from perisai.payments.banks import virtual_account
from perisai.payments.crediting import draw
from perisai.payments.orders import broken, following, order
from perisai.payments.snap import exchange, notify

log = logging.getLogger(__name__)
BATCH = 500


@app.periodic(cron="* * * * *")
@app.task(name="payments.judge_stored", queueing_lock="payments.judge_stored")
def judge_stored(timestamp: int) -> int:
    """Every minute: notifications whose request died between storing and judging. Answers how many it judged."""
    del timestamp
    return sweep(datetime.now(UTC))


@app.periodic(cron="17 3 * * *")
@app.task(name="payments.forget_old", queueing_lock="payments.forget_old")
def forget_old(timestamp: int) -> None:
    """Every night: exchanges of past days, expired access tokens."""
    del timestamp
    exchange.forget_before(datetime.now(UTC))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_bank_token WHERE expires_at < now() - interval '1 day'")


@app.periodic(cron="29 * * * *")
@app.task(name="payments.tend_branches", queueing_lock="payments.tend_branches")
def tend_branches(timestamp: int) -> None:
    """Hourly, branch by branch: bills draw on money held for their members, and orders whose time is over end."""
    del timestamp
    in_every_branch(_tend)


def _tend(branch_id: int, timezone: str) -> None:
    del timezone
    drawn = draw.MOST
    while drawn == draw.MOST:
        with Work(scope=Scope.branch(branch_id)) as work:
            drawn = draw.draw(work, branch_id=branch_id)
    with Work(scope=Scope.branch(branch_id)) as work:
        order.expire(work, branch_id=branch_id)


@app.task(name="payments.follow_orders", pass_context=False)
def follow_orders(branch_id: int) -> None:
    """Soon after a bill was cancelled that an order holds; what a worker leaves that is killed, ``follow_everywhere`` takes up."""
    following.follow_branch(branch_id, following.timezone_of(branch_id))


@app.periodic(cron="* * * * *")
@app.task(name="payments.follow_everywhere", queueing_lock="payments.follow_everywhere")
def follow_everywhere(timestamp: int) -> None:
    del timestamp
    in_each(following.branches(), following.follow_branch)


@app.periodic(cron="*/5 * * * *")
@app.task(name="payments.follow_payments", queueing_lock="payments.follow_payments")
def follow_payments(timestamp: int) -> None:
    """Who paid alone leaves the code of the others to be made anew."""
    del timestamp
    in_every_branch(_follow_payments)


def _follow_payments(branch_id: int, timezone: str) -> None:
    with Work(scope=Scope.branch(branch_id)) as work:
        marked = broken.mark_paid(work, branch_id=branch_id)
    if marked:
        following.follow_branch(branch_id, timezone)


@app.periodic(cron="*/2 * * * *")
@app.task(name="payments.register_codes", queueing_lock="payments.register_codes")
def register_codes(timestamp: int) -> int:
    """Every two minutes: tells banks that want to know our codes what has changed. Answers how many they took."""
    del timestamp
    now, told = datetime.now(UTC), 0
    if not virtual_account.has_desks():
        return 0
    with Work.open(scope=Scope.nation()) as work:
        branches = [branch_id for (branch_id,) in work.rows("SELECT branch_id FROM events_position ORDER BY branch_id")]
    for branch_id in branches:
        try:
            told += virtual_account.register_due(branch_id, now)[0]
        except Exception:
            log.exception("codes of branch %s cannot be registered", branch_id)
    return told


def sweep(now: datetime) -> int:
    """Judges what is stored and older than a request lives; one that cannot be judged does not stop the others."""
    judged = 0
    for notification_id in notify.oldest_stored(now - notify.SETTLING_SECONDS, BATCH):
        try:
            judged += notify.judge_stored(notification_id) is not None
        except Exception:
            log.exception("payment notification %s cannot be judged", notification_id)
    return judged
