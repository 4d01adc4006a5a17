"""The QRIS code on a page where somebody pays: any bank's or wallet's app can scan it, and the amount is in it."""

from dataclasses import dataclass
from typing import Final, LiteralString

import segno

from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.payments import qris
from perisai.portal.link import Link

# The open bill by bill_enrolment: its code is the member's.
_CODE: Final[LiteralString] = """
SELECT payment_code FROM contributions_bill WHERE branch_id = %s AND enrolment_id = %s AND state = 'open'
ORDER BY first_month LIMIT 1
"""


@dataclass(frozen=True)
class Shown:
    """``picture``: an address that holds it, as PNG, which a gallery keeps and a wallet's app reads from there; ``name``: whom the
    payer's app will name."""

    picture: str
    name: str
    payload: str


def of_member(link: Link, amount: int) -> Shown | None:
    """None where nothing is to be paid, or no acquirer is set up."""
    with Work.open(scope=Scope.branch(link.branch_id)) as work:
        merchant = qris.find(work)
        row = work.row(_CODE, [link.branch_id, link.enrolment_id]) if merchant else None
    return draw(merchant, row[0], amount) if merchant and row else None


def draw(merchant: qris.Merchant, code: str, amount: int) -> Shown | None:
    """None above what QRIS takes in one payment."""
    if not 0 < amount <= qris.MOST_AMOUNT:
        return None
    text = qris.payload(merchant, code=code, amount=amount)
    picture = segno.make(text, error="m").png_data_uri(scale=8, border=4)
    return Shown(picture, merchant.merchant_name, text)
