"""Money on a bank's statement that no notification told us of: it waits in suspense like any other that fits no bill."""

from datetime import datetime
from typing import Final
from uuid import UUID

import orjson

from perisai.events import vault
from perisai.events.ids import uuid7
from perisai.events.work import Work
from perisai.payments.snap.exchange import bank_day, fingerprint

REQUEST: Final = "STATEMENT/"
"""How the paymentRequestId begins of what a statement told: a line is a payment of its own, and once."""

_KEEP = """
INSERT INTO payments_notification (id, bank_id, external_id, day, payment_request_id, payment_code, amount, headers, body,
  body_sha256, received_at, state, branch_id, judged_at, resolution)
VALUES (%(id)s, %(bank)s, %(external)s, %(day)s, %(request)s, %(code)s, %(amount)s, '{}', %(body)s,
  %(sha256)s, %(at)s, 'suspense', %(branch)s, %(now)s, '')
"""


def wait_in_suspense(
    work: Work,
    *,
    bank_id: str,
    line_id: UUID,
    code: str,
    amount: int,
    value_at: datetime,
    told: str,
    branch_id: int | None,
) -> UUID:
    """A notification in suspense with the line's money; ``value_at`` is when the bank valued it, and stands for when the customer
    paid. The caller keeps a line from being told twice."""
    notification_id = uuid7()
    body = orjson.dumps({"statementLine": told})
    work.execute(
        _KEEP,
        {
            "id": notification_id,
            "bank": bank_id,
            "external": f"~{notification_id}",
            "day": bank_day(value_at),
            "request": f"{REQUEST}{line_id}",
            "code": code or None,
            "amount": amount,
            "body": vault.seal(body),
            "sha256": fingerprint(body),
            "at": min(value_at, work.now),
            "branch": branch_id,
            "now": work.now,
        },
    )
    return notification_id
