"""Requests for more quota: one that the region refused, and one that waits for its answer."""

from datetime import datetime, timedelta
from typing import LiteralString
from zoneinfo import ZoneInfo

from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.targets.quotas import request
from perisai.web.demo.places import BUNGO, JAMBI

ZONE = ZoneInfo("Asia/Jakarta")
_USER: LiteralString = "SELECT id FROM accounts_user WHERE username = %s"
_BEGUN: LiteralString = "SELECT 1 FROM targets_quota_request WHERE branch_id = ANY (%s) LIMIT 1"


def build_quota_requests(end: datetime) -> None:
    """Made once. Their events stay out of the live feed, which is for what happens in the field."""
    with Work(scope=Scope.nation()) as work:
        if work.row(_BEGUN, [[BUNGO, JAMBI]]) is not None:
            return
    _ask(JAMBI, "kepala.jambi", 40, "Sosialisasi di Pasar Angso Duo minggu depan.", end - timedelta(days=6))
    with _work(JAMBI, "kanwil", end - timedelta(days=5)) as work:
        mark = work.mark()
        for row in request.of_branches(work, branches=[JAMBI], only_open=True):
            answer = "Habiskan dulu kuota bulan ini; ajukan lagi bila tersisa kurang dari sepuluh persen."
            request.refuse(work, branch_id=JAMBI, request_id=row["id"], answer=answer)
        work.forget_since(mark)
    _ask(BUNGO, "kepala.bungo", 25, "Dua kelompok tani sawit ingin mendaftar bersama.", end - timedelta(hours=20))


def _ask(branch_id: int, head: str, asked: int, reason: str, at: datetime) -> None:
    month = at.astimezone(ZONE).date().replace(day=1)
    try:
        with _work(branch_id, head, at) as work:
            mark = work.mark()
            request.ask(work, branch_id=branch_id, period=month, segment="all", asked=asked, reason=reason)
            work.forget_since(mark)
    except Refused:  # no quota for that month in this world
        return


def _work(branch_id: int, user: str, at: datetime) -> Work:
    with Work(scope=Scope.nation()) as work:
        row = work.row(_USER, [user])
    return Work(scope=Scope.branch(branch_id), clock=FixedClock(at), actor=Actor(row[0] if row else None))
