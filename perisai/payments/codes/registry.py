"""Finds whose enrolment a payment code is, by the channel of the bank that asks."""

from typing import LiteralString, NamedTuple
from uuid import UUID

from django.db import connection

from perisai.events.work import Work
from perisai.payments.codes.code import mask_nik, nik_code
from perisai.payments.snap import answers
from perisai.payments.snap.answers import Case, SnapRefused
from perisai.payments.snap.messages import Account
from perisai.payments.snap.partner import Partner

FIND: LiteralString = """
SELECT c.branch_id, c.enrolment_id, c.code_masked, c.order_id FROM payments_payment_code c
WHERE c.code = ANY (%s) AND c.channel = %s
ORDER BY array_position(%s, c.code) LIMIT 1
"""


class Owner(NamedTuple):
    """Whose code it is: an enrolment's, or an order's. Neither: a phone holds it, and the enrolment has not come yet."""

    branch_id: int
    enrolment_id: UUID | None
    code_masked: str
    order_id: UUID | None = None

    @property
    def subject(self) -> UUID | None:
        """The enrolment or order."""
        return self.order_id or self.enrolment_id

    @property
    def arrived(self) -> UUID:
        """The enrolment. Raises ``SnapRefused`` "not ready yet" before it has come."""
        if self.enrolment_id is None:
            raise SnapRefused(Case.INVALID_BILL, "[Not Ready Yet]", answers.AWAITED)
        return self.enrolment_id


def lookup_parameters(partner: Partner, account: Account) -> tuple[list[str], str, list[str]]:
    """Parameters of ``FIND``. A VA code is the customer number, or the bank's prefix and that; a NIK is known only by
    its keyed hash."""
    if partner.channel == "nik":
        codes = [nik_code(account.customer_no)]
    else:
        codes = [account.customer_no, partner.partner_service_id + account.customer_no]
    return codes, partner.channel, codes


def masked(partner: Partner, customer_no: str) -> str:
    """A payment code as screens may show it."""
    return mask_nik(customer_no) if partner.channel == "nik" else customer_no


def find_owner(partner: Partner, account: Account) -> Owner | None:
    with connection.cursor() as cursor:
        cursor.execute(FIND, lookup_parameters(partner, account))
        row = cursor.fetchone()
    return None if row is None else Owner(*row)


_REGISTER_ORDER = """
INSERT INTO payments_payment_code (code, branch_id, order_id, channel, code_masked)
VALUES (%(code)s, %(branch)s, %(order)s, 'va', %(code)s)
"""


def register_order_code(work: Work, *, branch_id: int, order_id: UUID, code: str) -> None:
    """Enters the code of an order, which must be new."""
    work.execute(_REGISTER_ORDER, {"code": code, "branch": branch_id, "order": order_id})


# A code that a phone handed out before there was a bill; never one of an enrolment.
_LEAD = """
UPDATE payments_payment_code SET order_id = %s WHERE branch_id = %s AND code = %s AND channel = 'va' AND enrolment_id IS NULL
"""


def lead_to_order(work: Work, *, branch_id: int, order_id: UUID, code: str) -> bool:
    """Lets a code that somebody left with (``lease``) pay an order, beside the order's own. False where it is none."""
    return bool(work.execute(_LEAD, [order_id, branch_id, code]))


_REGISTER_CORE = """
WITH added AS (
  INSERT INTO payments_payment_code (code, branch_id, enrolment_id, channel, code_masked)
  VALUES (%(code)s, %(branch)s, %(enrolment)s, 'core', %(code)s) ON CONFLICT (code) DO NOTHING RETURNING 1
)
SELECT EXISTS (SELECT FROM added), EXISTS (
  SELECT FROM payments_payment_code WHERE code = %(code)s AND branch_id = %(branch)s AND enrolment_id = %(enrolment)s)
"""


def register_core_code(work: Work, *, branch_id: int, enrolment_id: UUID, code: str) -> bool | None:
    """Notes the core system's own payment code of a member, to find them by. Banks of ours do not take it. Answers
    whether it is new; None where it belongs to somebody else."""
    row = work.row(_REGISTER_CORE, {"code": code, "branch": branch_id, "enrolment": enrolment_id})
    is_new, is_known = row or (False, False)
    return True if is_new else False if is_known else None
