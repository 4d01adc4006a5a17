"""What the worker does for payments: judges what a crash left, and forgets what banks no longer ask for."""

import logging
from datetime import UTC, datetime

from django.db import connection
from procrastinate.contrib.django import app

from perisai.payments import exchange, notify

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


def sweep(now: datetime) -> int:
    """Judges what is stored and older than a request lives; one that cannot be judged does not stop the others."""
    judged = 0
    for notification_id in notify.oldest_stored(now - notify.SETTLING_SECONDS, BATCH):
        try:
            judged += notify.judge_stored(notification_id) is not None
        except Exception:
            log.exception("payment notification %s cannot be judged", notification_id)
    return judged
