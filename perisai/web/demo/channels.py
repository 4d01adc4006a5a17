"""How the demo's banks are reached: our desk at one of them, which learns every code beforehand, and mandates to debit."""

from datetime import datetime
from typing import Final, LiteralString

from django.conf import settings

from perisai import keys
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.payments.banks import mandate, virtual_account
from perisai.payments.demo import BANKS
from perisai.web.demo.places import JAMBI
from perisai.web.simulate.bank_desk import CLIENT

BANK: Final = BANKS[0].id
_PATHS: Final = "paid = /v1.0/transfer-va/update-status"
_MEMBERS: LiteralString = """
SELECT c.code FROM payments_payment_code c JOIN members_enrolment e ON e.branch_id = c.branch_id AND e.id = c.enrolment_id
WHERE c.branch_id = %s AND e.state = 'active' ORDER BY c.code LIMIT 3
"""
_FIRM: LiteralString = (
    "SELECT npp FROM employers_employer WHERE branch_id = %s AND npp IS NOT NULL ORDER BY npp LIMIT 1"
)
_STAFF: LiteralString = """
SELECT id FROM accounts_user WHERE role IN ('branch', 'branch_head') AND office_id = %s ORDER BY role = 'branch_head'
"""


def build_channels(end: datetime) -> None:
    """Mandates are made once."""
    point_desk(end)
    _mandates(end)


def point_desk(end: datetime) -> None:
    """The desk follows the address of this start, for the simulated bank lives at it."""
    with Work(scope=Scope.nation(), clock=FixedClock(end)) as work:
        given = {
            "origin": f"{settings.ORIGIN}/simulate/bank",
            "client_key": CLIENT,
            "desk_secret": keys.get("bank_sim_secret").decode(),
            "private_key": keys.get("bank_sim").decode(),
            "paths": _PATHS,
            "is_open": "1",
        }
        virtual_account.save_desk(work, bank_id=BANK, given=given)


def _mandates(end: datetime) -> None:
    """One in force, one that waits for a second person, an employer's, and one that ended."""
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(end)) as work:
        codes = [code for (code,) in work.rows(_MEMBERS, [JAMBI])]
        staff = [user_id for (user_id,) in work.rows(_STAFF, [JAMBI])]
        firm = work.row(_FIRM, [JAMBI])
        if mandate.listed(work, branches=[JAMBI]) or len(staff) < 2:
            return
    holders = [("member", code) for code in codes] + ([("employer", str(firm[0]))] if firm else [])
    made = []
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(end), actor=Actor(staff[0])) as work:
        for number, (kind, holder) in enumerate(holders):
            is_firm = kind == "employer"
            given = {
                "holder_kind": kind, "holder": holder, "bank_name": BANKS[number % 2].name, "account": f"00012345{number:04d}",
                "limit": "2.500.000" if is_firm else "100.000", "cost": "1.000", "valid_from": f"{end:%Y-%m}-01", "valid_to": "",
                "consent": f"Surat kuasa {number + 11}/{end:%m/%Y}, disimpan di cabang",
            }  # fmt: skip
            made.append(mandate.propose(work, branch_id=JAMBI, given=given))
    with Work(scope=Scope.branch(JAMBI), clock=FixedClock(end), actor=Actor(staff[-1])) as work:
        for mandate_id in [made[0], *made[2:]]:
            mandate.decide(work, branch_id=JAMBI, mandate_id=mandate_id, state="active")
        if len(made) > 2:
            mandate.decide(work, branch_id=JAMBI, mandate_id=made[2], state="ended", reason="Rekening ditutup peserta")
