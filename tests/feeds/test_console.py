"""The pages: a key and a subscription made, shown once, changed and ended; and who sees whose."""

import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import httpx
import pytest
from django.test import Client

from perisai.accounts.models import Role
from perisai.events.clock import FixedClock
from perisai.feeds import delivery
from perisai.feeds.models import Key, State, Subscription
from tests.accounts.people import logged_in, make_user, tree
from tests.feeds.places import happen, make_key, read
from tests.feeds.receiver import Receiver

pytestmark = pytest.mark.usefixtures("database")
FORM = {
    "name": "Gudang data Jambi",
    "contact": "Sari, sari@contoh.id",
    "may": ["events", "offices"],
    "per_minute": "60",
    "days": "90",
}


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:2000]
    return answer.content.decode()


@pytest.fixture
def head() -> Client:
    return logged_in(make_user(Role.BRANCH_HEAD))


def test_key_is_shown_once_works_is_changed_and_revoked(head: Client, http: httpx.Client) -> None:
    made = head.post("/console/feeds/keys/new/", FORM | {"office": tree().branch.id})
    assert made.status_code == 200
    assert made["Cache-Control"] == "no-store"
    (token,) = set(re.findall(r"perisai_read_[\w-]{43}", made.content.decode()))
    assert read(http, token, "me").json()["may"] == ["offices", "events"]
    key = Key.objects.get(name=FORM["name"], office=tree().branch)
    page = text(head, f"/console/feeds/keys/{key.id}/")
    assert token not in page
    assert f"…{token[-4:]}" in page
    assert FORM["name"] in text(head, "/console/feeds/")
    for lost in ({}, {"hours": ""}, {"hours": "x"}, {"hours": "1.5"}):
        assert head.post(f"/console/feeds/keys/{key.id}/rotate/", lost).status_code == 422
    assert read(http, token, "me").status_code == 200
    changed = head.post(f"/console/feeds/keys/{key.id}/rotate/", {"hours": "0"}).content.decode()
    (new,) = set(re.findall(r"perisai_read_[\w-]{43}", changed))
    assert [read(http, one, "me").status_code for one in (token, new)] == [401, 200]
    assert head.post(f"/console/feeds/keys/{key.id}/revoke/").status_code == 302
    assert read(http, new, "me").status_code == 401
    assert head.post(f"/console/feeds/keys/{key.id}/revoke/").status_code == 409


def test_form_sent_twice_makes_one_and_says_so(head: Client, receiver: Receiver) -> None:
    office = tree().branch.id
    forms = {
        "keys": FORM | {"office": office},
        "hooks": {"name": "Kembar", "contact": "it@contoh.id", "address": receiver.url, "office": office},
    }
    for part, given in forms.items():
        (form,) = re.findall(r'name="form" value="([0-9a-f-]{36})"', text(head, f"/console/feeds/{part}/new/"))
        first = head.post(f"/console/feeds/{part}/new/", given | {"form": form})
        assert re.search(r"perisai_read_|whsec_", first.content.decode())
        again = head.post(f"/console/feeds/{part}/new/", given | {"form": form}, follow=True)
        assert again.redirect_chain == [(f"/console/feeds/{part}/{form}/", 302)]
        assert "terkirim dua kali" in again.content.decode()
    assert Subscription.objects.filter(name="Kembar").count() == 1
    Subscription.objects.filter(name="Kembar").update(state=State.OFF)


@pytest.mark.parametrize(
    ("address", "why"), [("https://10.0.0.5/", "jaringan dalam"), ("http://a.example.org/", "https")]
)
def test_address_that_cannot_be_is_refused_in_words(head: Client, address: str, why: str) -> None:
    form = {"name": "Dasbor", "contact": "it@contoh.id", "address": address, "office": tree().branch.id}
    answer = head.post("/console/feeds/hooks/new/", form)
    assert answer.status_code == 422
    assert f"{why})" in answer.content.decode()
    assert (
        "boleh membaca: pilih"
        in head.post("/console/feeds/keys/new/", FORM | {"office": tree().branch.id, "may": []}).content.decode()
    )


def test_receiver_that_is_gone_for_good_is_told_apart_from_one_that_fails(head: Client, receiver: Receiver) -> None:
    branch = tree().branch
    form = {"name": "Pergi", "contact": "it@contoh.id", "address": receiver.url, "office": branch.id}
    head.post("/console/feeds/hooks/new/", form)
    hook = Subscription.objects.get(name="Pergi")
    receiver.answers = [410]
    happen(branch.id, 1)
    clock = FixedClock(datetime.now(UTC))
    delivery.deliver(hook.id, clock=clock, until=clock.now().replace(year=2100))
    page = text(head, f"/console/feeds/hooks/{hook.id}/")
    assert Subscription.objects.get(pk=hook.id).state == State.PAUSED
    assert "menjawab 410" in page
    assert "terlalu lama" not in page
    assert "dicoba lagi" not in page
    Subscription.objects.filter(pk=hook.id).update(state=State.OFF)


@pytest.mark.parametrize("changed", [{"name": ""}, {"may": []}, {"per_minute": "x"}, {"days": "9999"}])
def test_wrong_form_says_what_is_wrong_and_keeps_what_was_typed(head: Client, changed: dict[str, object]) -> None:
    answer = head.post("/console/feeds/keys/new/", FORM | {"office": tree().branch.id} | changed)
    assert answer.status_code == 422
    assert "E5404" in answer.content.decode()
    assert FORM["contact"] in answer.content.decode()


def test_nobody_opens_a_door_to_anothers_branch(head: Client) -> None:
    for office in (tree().head.id, tree().region.id, tree().other_branch.id, tree().agency.id, 1, "x"):
        assert head.post("/console/feeds/keys/new/", FORM | {"office": office}).status_code == 404
        hook = {"name": "Gudang", "contact": "it@contoh.id", "address": "https://a.example.org/", "office": office}
        assert head.post("/console/feeds/hooks/new/", hook).status_code == 404
    theirs, _token = make_key(tree().other_branch)
    assert head.get(f"/console/feeds/keys/{theirs.id}/").status_code == 404
    assert head.post(f"/console/feeds/keys/{theirs.id}/revoke/").status_code == 404
    auditor = logged_in(make_user(Role.AUDITOR))
    assert theirs.name in text(auditor, "/console/feeds/")
    assert auditor.post(f"/console/feeds/keys/{theirs.id}/revoke/").status_code == 403


def test_branch_sees_who_reads_it_from_above_and_changes_nothing_there(head: Client) -> None:
    above, _token = make_key(tree().region, name="Gudang data Kanwil")
    assert "Gudang data Kanwil" in text(head, "/console/feeds/")
    page = text(head, f"/console/feeds/keys/{above.id}/")
    assert "rotate/" not in page
    assert head.post(f"/console/feeds/keys/{above.id}/revoke/").status_code == 404


def test_subscription_is_made_tested_stopped_and_sent_again(head: Client, receiver: Receiver) -> None:
    branch = tree().branch
    form = {
        "name": "Dasbor",
        "contact": "it@contoh.id",
        "address": receiver.url,
        "office": branch.id,
        "kinds": ["review_taken"],
    }
    made = head.post("/console/feeds/hooks/new/", form).content.decode()
    (secret,) = set(re.findall(r"whsec_[\w+/=]{44}", made))
    hook = Subscription.objects.get(name="Dasbor", office=branch)
    address = f"/console/feeds/hooks/{hook.id}/"
    assert secret not in text(head, address)
    assert head.post(f"{address}test/").status_code == 302
    now = datetime.now(UTC)
    delivery.deliver_test(hook.id, clock=FixedClock(now))
    happen(branch.id, 2)
    clock = FixedClock(datetime.now(UTC))
    delivery.deliver(hook.id, clock=clock, until=clock.now().replace(year=2100))
    assert [event["type"] for event in receiver.events(secret)] == ["perisai.test", *["perisai.review_taken"] * 2]
    assert ">204<" in re.sub(r"<svg.*?</svg>", "", text(head, f"{address}state/"))
    assert head.post(f"{address}off/").status_code == 302
    assert Subscription.objects.get(pk=hook.id).state == State.OFF
    assert head.post(f"{address}on/").status_code == 302
    last = receiver.events()[-1]["data"]["number"]
    assert head.post(f"{address}replay/", {"number": str(last), "branch": str(branch.id)}).status_code == 302
    assert head.post(f"{address}replay/", {"day": "yesterday"}).status_code == 422
    assert head.post(f"{address}replay/", {"day": f"{now:%Y-%m-%d}"}).status_code == 302
    assert head.post(f"{address}nonsense/").status_code == 404
    assert "whsec_" in head.post(f"{address}rotate/").content.decode()
    changed = form | {"address": "http://10.0.0.1/"}
    answer = head.post(address, changed)
    assert (answer.status_code, "E5406" in answer.content.decode()) == (422, True)
    assert head.post(address, form | {"kinds": []}).status_code == 302
    assert Subscription.objects.get(pk=hook.id).kinds == []
    assert head.get(f"{address}?failed=1").status_code == 200


def test_subscription_that_was_ended_sends_nothing_and_takes_nothing_back(head: Client, receiver: Receiver) -> None:
    branch = tree().branch
    form = {"name": "Sementara", "contact": "it@contoh.id", "address": receiver.url, "office": branch.id}
    head.post("/console/feeds/hooks/new/", form)
    hook = Subscription.objects.get(name="Sementara", office=branch)
    address = f"/console/feeds/hooks/{hook.id}/"
    stranger = logged_in(make_user(Role.BRANCH_HEAD, tree().other_branch))
    assert stranger.post(f"{address}end/").status_code == 404
    happen(branch.id, 2)
    # A message is on its way while it is ended.
    clock, ended = FixedClock(datetime.now(UTC)), []

    def post(*given: Any, **more: Any) -> Any:
        ended.append(head.post(f"{address}end/").status_code)
        return delivery.address.post(*given, **more)

    delivery.deliver(hook.id, clock=clock, until=clock.now().replace(year=2100), post=post)
    assert ended == [302]
    seen = len(receiver.seen)
    happen(branch.id, 2)
    assert hook.id not in delivery.find_due(FixedClock(datetime.now(UTC)))
    assert delivery.deliver(hook.id, clock=clock, until=clock.now().replace(year=2100)) == 0
    assert delivery.deliver_test(hook.id, clock=clock) is None
    assert len(receiver.seen) == seen == 1
    for act in ("on", "off", "test", "rotate", "replay", "end"):
        answer = head.post(f"{address}{act}/", {"number": "1", "branch": str(branch.id)})
        assert (answer.status_code, "E5411" in answer.content.decode()) == (409, True), act
    assert head.post(address, form | {"name": "Lagi"}).status_code == 409
    page = text(head, address)
    assert "rotate/" not in page
    assert "Sementara" in text(head, "/console/feeds/")
    kept = Subscription.objects.get(pk=hook.id)
    assert (kept.state, bytes(kept.secret_sealed), kept.old_secret_sealed) == (State.ENDED, b"", None)


def test_what_does_not_arrive_waits_on_the_home_page(head: Client) -> None:
    before = text(head, "/console/").count("/console/feeds/")
    hook = Subscription.objects.filter(office=tree().branch).first()
    if hook is None:
        hook = Subscription.objects.create(
            office=tree().branch, name="Sunyi", contact="it@contoh.id", address="https://a.example.org/", kinds=[],
            secret_sealed=b"", next_at=datetime.now(UTC), made_at=datetime.now(UTC), changed_at=datetime.now(UTC),
        )  # fmt: skip
    Subscription.objects.filter(pk=hook.pk).update(state=State.PAUSED, paused_at=datetime.now(UTC))
    assert text(head, "/console/").count("/console/feeds/") == before + 1


def test_snippets_of_the_page_verify_what_is_sent(head: Client) -> None:
    """The Python one is run as it stands there."""
    from uuid import uuid4

    from perisai.events import vault
    from perisai.feeds import message

    shown, sealed = message.new_secret()
    page = text(head, "/console/feeds/verify/")
    found = re.search(r'data-snippet="Python"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found is not None
    code = unescape(found[1])
    now = datetime.now(UTC)
    told = message.sample(uuid4(), now)
    kept: list[tuple[str, str]] = []
    space: dict[str, object] = {"SECRET": shown, "store_once": lambda id_, type_, data: kept.append((id_, type_))}
    exec(code, space)
    receive = space["receive"]
    assert callable(receive)
    assert receive(told.content, message.headers(told, sealed=[sealed], now=now)) == 204
    assert kept[0][1] == "perisai.test"
    assert receive(told.content, message.headers(told, sealed=[vault.seal(b"x" * 32)], now=now)) == 401
