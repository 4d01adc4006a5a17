"""The QRIS code on a page where somebody pays: any bank's or wallet's app can scan it, and the amount is in it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

import segno

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments.banks import qris, qris_acquirer
from perisai.portal.link import Link

# The open bill by bill_enrolment: its code is the member's.
_CODE: Final[LiteralString] = """
SELECT payment_code, pay_by FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'
ORDER BY first_month LIMIT 1
"""


@dataclass(frozen=True)
class Shown:
    """``picture``: an address that holds it, as PNG, which a gallery keeps and a wallet's app reads from there; ``name``: whom the
    payer's app will name."""

    picture: str
    name: str
    payload: str


def of_member(link: Link, amount: int, now: datetime) -> Shown | None:
    """None where nothing is to be paid, or no acquirer is set up."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        merchant = qris.find(work)
        row = work.row(_CODE, [link.branch_id, link.enrolment_id]) if merchant else None
    if merchant is None or row is None:
        return None
    return draw(merchant, branch_id=link.branch_id, code=row[0], amount=amount, until=row[1], now=now)


def draw(
    merchant: qris.Merchant, *, branch_id: int, code: str, amount: int, until: datetime, now: datetime
) -> Shown | None:
    """None above what QRIS takes in one payment, and where the acquirer issues codes and gives none now."""
    if not 0 < amount <= qris.MOST_AMOUNT:
        return None
    if merchant.issued_by == "acquirer":
        text = qris_acquirer.content(merchant, branch_id=branch_id, code=code, amount=amount, until=until, now=now)
    else:
        text = qris.payload(merchant, code=code, amount=amount)
    if text is None:
        return None
    picture = segno.make(text, error="m").png_data_uri(scale=8, border=4)
    return Shown(picture, merchant.merchant_name, text)
