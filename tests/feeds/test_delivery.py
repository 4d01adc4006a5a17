"""Events reach a receiver that fails, hangs and dies: in order, at least once, signed."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from perisai.accounts.models import Role, User
from perisai.events.clock import FixedClock
from perisai.events.scope import Actor, Scope
from perisai.events.vault import unseal
from perisai.events.work import Work
from perisai.feeds import delivery, replay, subscription
from perisai.feeds.models import Cursor, Delivery, State, Subscription
from perisai.offices.models import Office
from tests.accounts.people import make_user, tree
from tests.feeds.places import happen, office_of
from tests.feeds.receiver import SECONDS, Receiver
from tests.world import Branch, jakarta_today, make_branch

pytestmark = pytest.mark.usefixtures("database")


def subscribe(place: Branch | Office, receiver: Receiver, *kinds: str) -> tuple[Subscription, str]:
    asked = subscription.Asked("Gudang data", "it@contoh.id", receiver.url, kinds)
    with Work(scope=Scope.nation()) as work:
        return subscription.subscribe(work, office=office_of(place), asked=asked)


def deliver(made: Subscription, *, after: timedelta = timedelta(), **options: Any) -> int:
    """As the job does, some time from now."""
    clock = FixedClock(datetime.now(UTC) + after)
    return delivery.deliver(made.id, clock=clock, until=clock.now() + timedelta(seconds=20), **options)


def cursor(made: Subscription, branch_id: int) -> Cursor:
    with Work(scope=Scope.nation()):
        return Cursor.objects.get(subscription_id=made.id, branch_id=branch_id)


def log(made: Subscription) -> list[Delivery]:
    with Work(scope=Scope.nation()):
        return list(Delivery.objects.filter(subscription_id=made.id).order_by("id"))


def mails(office_id: int) -> list[tuple[str, str]]:
    """(to whom, what) was written of paused hooks by an office."""
    with Work(scope=Scope.of((office_id,))) as work:
        rows = work.rows(
            "SELECT email_sealed, body_sealed FROM messages_message WHERE branch_id = %s AND purpose = 'feed_paused' ORDER BY id",
            [office_id],
        )
    return [(unseal(bytes(to)).decode(), unseal(bytes(body)).decode()) for to, body in rows]


def fresh(made: Subscription) -> Subscription:
    return Subscription.objects.get(pk=made.pk)


def test_events_leave_signed_in_order_and_once_as_cloudevents(receiver: Receiver) -> None:
    branch = make_branch()
    happen(branch.id, 2)
    made, secret = subscribe(branch, receiver)
    begun = cursor(made, branch.id).number
    happen(branch.id, 230)
    assert deliver(made) == 3, "a batch is a hundred"
    assert deliver(made) == 0
    events = receiver.events(secret)
    assert [event["data"]["number"] for event in events] == list(range(begun + 1, begun + 1 + len(events)))
    assert len(events) == 231, "what came since, and the subscription itself"
    one = events[-1]
    assert (one["specversion"], one["type"]) == ("1.0", "perisai.review_taken")
    assert one["source"] == f"urn:perisai:real:branch:{branch.id}"
    assert one["partitionkey"] == str(branch.id)
    assert (one["subject"], one["data"]["quantity"]) == (str(UUID(int=230)), 1)
    assert sorted(event["sequence"] for event in events) == [event["sequence"] for event in events]
    assert len({event["id"] for event in events}) == 231
    assert receiver.taken[0][0]["content-type"].startswith("application/cloudevents-batch+json")
    assert {row.status for row in log(made)} == {204}


def test_another_secret_verifies_nothing_and_both_do_while_it_changes(receiver: Receiver) -> None:
    from standardwebhooks import WebhookVerificationError

    branch = make_branch()
    made, old = subscribe(branch, receiver)
    with Work(scope=Scope.nation()) as work:
        new = subscription.rotate(work, subscription=made)
    assert deliver(made) > 0
    assert receiver.events(old) == receiver.events(new) != []
    _another, foreign = subscribe(branch, receiver)
    with pytest.raises(WebhookVerificationError):
        receiver.events(foreign)
    happen(branch.id)
    receiver.taken.clear()
    with Work(scope=Scope.nation()):
        assert len(subscription.secrets_of(fresh(made), datetime.now(UTC) + timedelta(days=8))) == 1


def test_answers_500_then_200_and_the_message_is_the_same(receiver: Receiver) -> None:
    branch = make_branch()
    made, _secret = subscribe(branch, receiver)
    receiver.answers = [500, 503]
    assert deliver(made) == 0
    assert deliver(made) == 0, "it waits some seconds"
    assert len(receiver.seen) == 1
    happen(branch.id, 3)  # meanwhile: it joins the next message, not this one
    assert deliver(made, after=timedelta(seconds=6)) == 0
    assert deliver(made, after=timedelta(minutes=2)) == 2
    first, second, third, fourth = receiver.seen
    assert first[1] == second[1] == third[1]
    assert first[0]["webhook-id"] == third[0]["webhook-id"] != fourth[0]["webhook-id"]
    numbers = receiver.numbers(branch.id)
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert [row.status for row in log(made)] == [500, 503, 204, 204]
    assert (fresh(made).tries, fresh(made).failing_since) == (0, None)


def test_receiver_that_hangs_or_is_gone_is_tried_again(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from perisai.feeds import address

    branch = make_branch()
    made, _secret = subscribe(branch, receiver)
    receiver.answers = [0]
    with monkeypatch.context() as patched:
        patched.setattr(address, "TOTAL", 4.0)  # a slow machine has reached the receiver by then
        assert deliver(made) == 0
    assert receiver.hanging.is_set()
    assert [row.problem for row in log(made)] == ["timeout"]
    address_there = fresh(made).address
    Subscription.objects.filter(pk=made.pk).update(address="http://127.0.0.1:9/hook")
    assert deliver(made, after=timedelta(minutes=1)) == 0
    assert log(made)[-1].problem == "ConnectError"
    Subscription.objects.filter(pk=made.pk).update(address=address_there)
    assert deliver(made, after=timedelta(hours=1)) == 1


def test_redirect_is_not_followed_and_a_wish_to_wait_is_heard(receiver: Receiver) -> None:
    made, _secret = subscribe(make_branch(), receiver)
    receiver.answers = [302, 429]
    assert deliver(made) == 0
    assert len(receiver.seen) == 1
    assert deliver(made, after=timedelta(seconds=6)) == 0
    assert fresh(made).next_at > datetime.now(UTC) + timedelta(seconds=70)


def test_days_of_failure_pause_it_and_it_goes_on_where_it_was(receiver: Receiver) -> None:
    branch = make_branch()
    head = make_user(Role.BRANCH_HEAD, office_of(branch))
    User.objects.filter(pk=head.pk).update(email="kepala@contoh.id", language="en")
    head.refresh_from_db()
    made, _secret = subscribe(branch, receiver)
    receiver.judge = lambda body: 500
    after, tries = timedelta(), 0
    while fresh(made).state == State.ON:
        deliver(made, after=after)
        after += timedelta(hours=7)
        tries += 1
        assert tries < 20
    assert timedelta(days=3) <= after <= timedelta(days=4)
    assert fresh(made).paused_at is not None
    ((to, body),) = mails(branch.id)
    assert to == head.email
    assert f"/console/feeds/hooks/{made.id}/" in body
    assert "took nothing for three days (last: HTTP 500)" in body
    assert "it@contoh.id" in body
    receiver.judge = None
    happen(branch.id)
    assert deliver(made, after=timedelta(days=9)) == 0
    with Work(scope=Scope.nation()) as work:
        subscription.turn(work, subscription=made, is_on=True)
    assert deliver(made) == 2, "what was tried all the time is one message"
    numbers = receiver.numbers(branch.id)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len(numbers) == 4, "made, paused, what happened, on again: each is an event of the branch"
    receiver.answers = [410]
    happen(branch.id)
    deliver(made)
    assert fresh(made).state == State.PAUSED, "gone is said once"
    assert "answered 410" in mails(branch.id)[1][1]
    deliver(made, after=timedelta(days=1))
    assert len(mails(branch.id)) == 2


def test_pause_of_a_regions_hook_is_told_to_its_own_people_and_maker(receiver: Receiver) -> None:
    region, maker = tree().region, make_user(Role.HEAD_OFFICE, tree().head)
    User.objects.filter(pk=maker.pk).update(email="pusat@contoh.id")
    asked = subscription.Asked("Gudang data", "it@contoh.id", receiver.url, ())
    with Work(scope=Scope.nation(), actor=Actor(maker.id)) as work:
        made, _secret = subscription.subscribe(work, office=region, asked=asked)
    receiver.answers = [410]
    happen(tree().branch.id)
    deliver(made)
    assert fresh(made).state == State.PAUSED
    assert [to for to, _body in mails(region.id)].count("pusat@contoh.id") == 1


def test_one_branch_that_is_not_taken_does_not_stop_the_others(receiver: Receiver) -> None:
    place = tree()
    made, _secret = subscribe(place.region, receiver, "review_taken")
    bad, good = place.branch.id, place.other_branch.id
    happen(bad, 2)
    happen(good, 2)
    receiver.judge = lambda body: 422 if json.loads(body)[0]["data"]["branch"] == bad else 200
    for minutes in range(4):
        deliver(made, after=timedelta(minutes=minutes))
    assert len(receiver.numbers(good)) == 2
    assert cursor(made, bad).failing_since is not None
    receiver.judge = None
    deliver(made, after=timedelta(hours=8))
    assert len(receiver.numbers(bad)) == 2


def test_subscription_of_a_branch_or_region_never_gets_anothers_events(receiver: Receiver) -> None:
    place = tree()
    own, _one = subscribe(place.branch, receiver)
    stranger = make_branch()
    region, _two = subscribe(place.region, receiver, "review_taken")
    for branch_id in (place.branch.id, place.other_branch.id, stranger.id):
        happen(branch_id, 2)
    assert deliver(own) >= 1
    assert {event["data"]["branch"] for event in receiver.events()} == {place.branch.id}
    receiver.taken.clear()
    deliver(region)
    assert {event["data"]["branch"] for event in receiver.events()} == {place.branch.id, place.other_branch.id}


def test_only_chosen_kinds_leave_and_the_cursor_passes_the_others(receiver: Receiver) -> None:
    branch = make_branch()
    made, _secret = subscribe(branch, receiver, "op_in_review")
    happen(branch.id, 5)
    happen(branch.id, 2, kind="op_in_review")
    happen(branch.id, 5)
    assert deliver(made) == 1
    assert [event["type"] for event in receiver.events()] == ["perisai.op_in_review"] * 2
    happen(branch.id, 3)
    assert deliver(made) == 0
    with Work(scope=Scope.nation()) as work:
        (last,) = work.row("SELECT number FROM events_position WHERE branch_id = %s", [branch.id]) or (0,)
    assert cursor(made, branch.id).number == last


def test_branch_that_opens_later_is_joined_from_its_first_event(receiver: Receiver) -> None:
    from perisai.offices.office import create_office

    place = tree()
    made, _secret = subscribe(place.region, receiver, "review_taken")
    with Work(scope=Scope.nation()) as work:
        opened = create_office(work, id=7190, kind="branch", code="KC-7190", name="KC Baru", parent=place.region)
    happen(opened.id, 3)
    assert made.id in delivery.find_due(FixedClock(datetime.now(UTC)))
    deliver(made)
    assert len(receiver.numbers(opened.id)) == 3


def test_replay_sends_again_from_a_number_or_a_day_with_the_same_ids(receiver: Receiver) -> None:
    branch = make_branch()
    old = datetime.now(UTC) - timedelta(days=3)
    happen(branch.id, 4, clock=FixedClock(old))
    made, _secret = subscribe(branch, receiver, "review_taken")
    happen(branch.id, 3)
    assert deliver(made) == 1
    before, receiver_ids = receiver.events(), receiver.taken[0][0]["webhook-id"]
    with Work(scope=Scope.nation()) as work:
        assert replay.from_number(work, subscription=made, branch_id=branch.id, number=before[0]["data"]["number"]) == 1
    assert deliver(made) == 1
    again = receiver.events()[3:]
    assert again == before, "the same events"
    assert receiver.taken[1][0]["webhook-id"] != receiver_ids, "a new message, or who knows the old one would drop it"
    with Work(scope=Scope.nation()) as work:
        assert replay.from_day(work, subscription=made, day=old.date() - timedelta(days=1)) == 1
    receiver.taken.clear()
    deliver(made)
    assert receiver.numbers(branch.id)[:4] == list(
        range(before[0]["data"]["number"] - 5, before[0]["data"]["number"] - 1)
    )
    with Work(scope=Scope.nation()) as work:
        tomorrow = jakarta_today() + timedelta(days=2)
        assert replay.from_day(work, subscription=made, day=tomorrow) == 0, "never forward"


def test_replay_between_two_steps_of_a_delivery_makes_new_messages_too(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The delivery has looked at the subscription and not yet at its cursors: its message was named as the one before, and whoever
    keeps names dropped what had been asked for again."""
    branch = make_branch()
    made, _secret = subscribe(branch, receiver, "review_taken")
    happen(branch.id, 3)
    assert deliver(made) == 1
    first = receiver.numbers(branch.id)[0]
    scope_of = delivery.scope_of

    def late(office_id: int, kind: str) -> Scope:
        monkeypatch.setattr(delivery, "scope_of", scope_of)
        with Work(scope=Scope.nation()) as work:
            assert replay.from_number(work, subscription=made, branch_id=branch.id, number=first) == 1
        return scope_of(office_id, kind)

    monkeypatch.setattr(delivery, "scope_of", late)
    assert deliver(made, after=timedelta(minutes=1)) == 1
    old, new = (headers["webhook-id"] for headers, _body in receiver.taken)
    assert old != new
    assert receiver.numbers(branch.id)[3:] == receiver.numbers(branch.id)[:3]


def test_test_event_is_sent_signed_and_told(receiver: Receiver) -> None:
    made, secret = subscribe(make_branch(), receiver)
    with Work(scope=Scope.nation()) as work:
        subscription.ask_test(work, subscription=made)
    assert delivery.deliver_test(made.id, clock=FixedClock(datetime.now(UTC))) is not None
    (event,) = receiver.events(secret)
    assert (event["type"], event["source"]) == ("perisai.test", "urn:perisai:real:test")
    assert fresh(made).test_status == 204
    assert delivery.deliver_test(made.id, clock=FixedClock(datetime.now(UTC))) is None, "once"


_WORKER = """
import sys
from datetime import timedelta
from uuid import UUID
import django
django.setup()
from perisai.events.clock import SystemClock
from perisai.feeds import delivery
clock = SystemClock()
delivery.deliver(UUID(sys.argv[1]), clock=clock, until=clock.now() + timedelta(seconds=20))
"""


def test_worker_killed_while_it_sends_loses_and_reorders_nothing(receiver: Receiver) -> None:
    """A real process dies between the receiver's having everything and the answer; the next one sends the same message."""
    branch = make_branch()
    made, secret = subscribe(branch, receiver)
    happen(branch.id, 250)
    receiver.answers = [204, 0]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "perisai.web.settings"}
    worker = subprocess.Popen([sys.executable, "-c", _WORKER, str(made.id)], env=environment)
    try:
        assert receiver.hanging.wait(SECONDS)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(SECONDS)
    receiver.let_go.set()
    assert deliver(made) == 0, "whoever had it may still be sending"
    assert deliver(made, after=delivery.CLAIM + timedelta(seconds=1)) == 2
    sent = [headers["webhook-id"] for headers, _body in receiver.seen]
    assert sent[1] == sent[2], "the same message again"
    events = receiver.events(secret)
    numbers = [event["data"]["number"] for event in events]
    assert numbers == list(range(numbers[0], numbers[0] + 251))
