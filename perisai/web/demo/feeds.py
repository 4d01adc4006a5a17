"""A system of the region that reads by a key, and one of a branch that events are sent to: the simulated receiver of this world."""

from datetime import datetime
from typing import Final, LiteralString

from django.conf import settings

from perisai import keys
from perisai.events import world
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.work import Work
from perisai.feeds import key, subscription
from perisai.offices.models import Office
from perisai.web.demo.places import JAMBI

BACK: Final = 150
"""Events before the end of the story that are sent as well, so that there is something to see at once."""
_STAFF: LiteralString = """
SELECT id FROM accounts_user WHERE (role = 'branch_head' AND office_id = %s) OR (role = 'region' AND office_id = %s) ORDER BY role
"""
_FOLLOW: LiteralString = (
    "UPDATE feeds_subscription SET address = %s WHERE address LIKE '%%/simulate/receiver/in' AND address <> %s"
)
_BACK: LiteralString = "UPDATE feeds_cursor SET number = greatest(0, number - %s) WHERE subscription_id = %s"


def read_token() -> str:
    """The secret of the demo's key, the same at every start."""
    return key.PREFIX + keys.get("read_sim").decode()


def build_feeds(end: datetime) -> None:
    """Made once; the receiver's address follows that of this start. The live feed is for what happens in the field."""
    follow_address(end)
    with Work(scope=Scope.nation(), clock=FixedClock(end)) as work:
        if work.row("SELECT 1 FROM feeds_key LIMIT 1") is not None:
            return
        branch = Office.objects.get(pk=JAMBI)
        staff = [row[0] for row in work.rows(_STAFF, [JAMBI, branch.parent_id])]
    with Work(scope=Scope.nation(), clock=FixedClock(end), actor=Actor(staff[-1] if staff else None)) as work:
        mark = work.mark()
        asked = key.Asked("Gudang data Kanwil", "Tim data, data@contoh.id", key.PARTS, 600, 365)
        key.make_key(work, office=branch.parent or branch, asked=asked, token=read_token())
        work.forget_since(mark)
    if world.is_practice():  # from there nothing is sent outside
        return
    with Work(scope=Scope.nation(), clock=FixedClock(end), actor=Actor(staff[0] if staff else None)) as work:
        mark = work.mark()
        sent = subscription.Asked("Dasbor cabang (tiruan)", "Operator, operator@contoh.id", _address(), ())
        made, _secret = subscription.subscribe(work, office=branch, asked=sent, raw=keys.get("feed_sim"))
        work.execute(_BACK, [BACK, made.id])
        work.forget_since(mark)


def follow_address(end: datetime) -> None:
    """The simulated receiver lives at the address of this start."""
    with Work(scope=Scope.nation(), clock=FixedClock(end)) as work:
        work.execute(_FOLLOW, [_address(), _address()])


def _address() -> str:
    return f"{settings.ORIGIN}/simulate/receiver/in"
