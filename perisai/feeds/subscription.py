"""Subscriptions: where events of a part of the country are sent to. Made, changed, stopped and started by their office."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

from perisai.errors import Refused
from perisai.events import world
from perisai.events.ids import uuid7
from perisai.events.kinds import kinds
from perisai.events.work import Happened, Work
from perisai.feeds import address, message
from perisai.feeds.models import State, Subscription
from perisai.offices.tree import Office

OVERLAP: Final = timedelta(days=7)
"""How long the old secret signs beside the new one."""

# By the positions of the office's branches: what happens from now on is sent.
_BEGIN: LiteralString = """
INSERT INTO feeds_cursor (branch_id, subscription_id, number, tries, next_at, problem)
SELECT p.branch_id, %(subscription)s, p.number, 0, %(now)s, ''
FROM events_position p JOIN offices_office o ON o.id = p.branch_id
WHERE o.path @> ARRAY[%(office)s::int]
ON CONFLICT DO NOTHING
"""
# What waited for its hour is tried at once; whoever is sending goes on.
_WAKE: LiteralString = """
UPDATE feeds_cursor SET next_at = %(now)s, tries = 0, failing_since = NULL, problem = ''
WHERE subscription_id = %(subscription)s AND (tries > 0 OR next_at > %(now)s)
"""
# Another filter makes another message of the same numbers.
_UNSETTLE: LiteralString = """
UPDATE feeds_cursor SET pending_to = NULL, claim = NULL, claimed_until = NULL WHERE subscription_id = %s
"""
_END: LiteralString = "DELETE FROM feeds_cursor WHERE subscription_id = %s"


@dataclass(frozen=True)
class Asked:
    """What a form asks for; no kinds: all."""

    name: str
    contact: str
    url: str
    kinds: Collection[str]


def subscribe(
    work: Work, *, office: Office, asked: Asked, raw: bytes = b"", form: UUID | None = None
) -> tuple[Subscription, str]:
    """It begins with the next event. The secret is shown now and never again; ``raw`` where it is known beforehand. A ``form`` that
    comes twice makes one, and the second time there is no secret. Raises E5404, E5406, E5407."""
    if world.is_practice():
        raise Refused("E5407")
    _check(asked)
    shown, sealed = message.new_secret(raw)
    row = {
        "office": office,
        "name": asked.name.strip(),
        "contact": asked.contact.strip(),
        "address": asked.url.strip(),
        "kinds": sorted(asked.kinds),
        "secret_sealed": sealed,
        "next_at": work.now,
        "made_at": work.now,
        "made_by": work.actor.user_id,
        "changed_at": work.now,
        "changed_by": work.actor.user_id,
    }
    made, is_new = Subscription.objects.get_or_create(id=form or uuid7(), defaults=row)
    if not is_new:
        return made, ""
    work.execute(_BEGIN, {"subscription": made.id, "office": office.id, "now": work.now})
    _report(work, made, "made")
    return made, shown


def change(work: Work, *, subscription: Subscription, asked: Asked) -> None:
    """Goes on where it was. Raises E5404, E5406."""
    _check(asked)
    locked = lock(subscription)
    if set(locked.kinds) != set(asked.kinds):
        locked.round += 1
        work.execute(_UNSETTLE, [locked.id])
    locked.name, locked.contact = asked.name.strip(), asked.contact.strip()
    locked.address, locked.kinds = asked.url.strip(), sorted(asked.kinds)
    save(work, locked, "changed")


def turn(work: Work, *, subscription: Subscription, is_on: bool) -> None:
    """Off: nothing is sent, and nothing is lost, for it goes on where it was. On, also after a pause: it is tried at once."""
    locked = lock(subscription)
    locked.state = State.ON if is_on else State.OFF
    locked.tries, locked.failing_since, locked.paused_at, locked.next_at = 0, None, None, work.now
    if is_on:
        work.execute(_WAKE, {"subscription": locked.id, "now": work.now})
    save(work, locked, "on" if is_on else "off")


def rotate(work: Work, *, subscription: Subscription) -> str:
    """Another secret; for a week messages are signed by both."""
    locked = lock(subscription)
    shown, sealed = message.new_secret()
    locked.old_secret_sealed, locked.old_until = locked.secret_sealed, work.now + OVERLAP
    locked.secret_sealed = sealed
    save(work, locked, "rotated")
    return shown


def end(work: Work, *, subscription: Subscription) -> None:
    """For good: nothing is sent any more, its secrets and how far it had come are gone. The row stays, with who ended it. The
    Work's scope holds all branches of its office. Raises E5411 where it has ended already."""
    locked = lock(subscription)
    work.execute(_END, [locked.id])
    locked.state, locked.secret_sealed, locked.old_secret_sealed, locked.old_until = State.ENDED, b"", None, None
    locked.failing_since, locked.paused_at = None, None
    save(work, locked, "ended")


def ask_test(work: Work, *, subscription: Subscription) -> None:
    """A worker sends it; the page shows how it went."""
    locked = lock(subscription)
    locked.test_asked_at, locked.test_at, locked.test_status, locked.test_problem = work.now, None, None, ""
    locked.save(update_fields=["test_asked_at", "test_at", "test_status", "test_problem"])


def secrets_of(subscription: Subscription, now: datetime) -> list[bytes]:
    """Sealed: the one in force, and the one before while it is good as well."""
    sealed = [bytes(subscription.secret_sealed)]
    if subscription.old_secret_sealed is not None and subscription.old_until and now < subscription.old_until:
        sealed.append(bytes(subscription.old_secret_sealed))
    return sealed


def lock(subscription: Subscription) -> Subscription:
    """Raises E5411 for one that has ended."""
    locked = Subscription.objects.select_for_update().get(pk=subscription.pk)
    if locked.state == State.ENDED:
        raise Refused("E5411")
    return locked


def save(work: Work, locked: Subscription, what: str) -> None:
    locked.changed_at, locked.changed_by = work.now, work.actor.user_id
    locked.save()
    _report(work, locked, what)


def _report(work: Work, subscription: Subscription, what: str) -> None:
    """Of a branch's subscription; above, an act belongs to no branch's events, and the row tells who did it."""
    branch_id = Office.objects.values_list("branch_id", flat=True).get(pk=subscription.office_id)
    if branch_id is not None:
        detail = {"subscription": subscription.id, "what": what}
        work.report(Happened(kind="feed_changed", branch_id=branch_id, detail=detail))


def _check(asked: Asked) -> None:
    for field, value, least, most in (("name", asked.name, 3, 80), ("contact", asked.contact, 5, 120)):
        if not least <= len(value.strip()) <= most or "\x00" in value:
            raise Refused("E5404", field=field)
    if not set(asked.kinds) <= set(kinds()):
        raise Refused("E5404", field="kinds")
    address.parse(asked.url.strip())
