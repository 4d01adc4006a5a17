"""What a key reads, and what it never sees."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from perisai.errors import Refused
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.feeds import key
from tests.accounts.people import tree
from tests.feeds.places import asked, happen, make_key, read
from tests.world import make_branch

pytestmark = pytest.mark.usefixtures("database")


def test_key_of_a_branch_reads_its_own_events_and_no_others(http: httpx.Client) -> None:
    mine, other = make_branch(), make_branch()
    happen(mine.id, 3)
    happen(other.id, 3)
    _key, token = make_key(mine)
    first = read(http, token, "events", branch=mine.id).json()
    numbers = [event["number"] for event in first["events"]]
    assert numbers == list(range(1, first["position"] + 1)), "the key itself is an event of its branch"
    assert {event["branch"] for event in first["events"]} == {mine.id}
    assert read(http, token, "events", branch=other.id).json()["code"] == "E1004"
    assert read(http, token, "events", branch=999_999).json()["code"] == "E1004", "what is not there is told alike"
    assert [one["branch"] for one in read(http, token, "positions").json()["positions"]] == [mine.id]
    assert {one["branch"] for one in read(http, token, "offices").json()["offices"]} <= {mine.id, None}


def test_key_of_a_region_reads_the_branches_under_it(http: httpx.Client) -> None:
    place = tree()
    happen(place.branch.id, 2)
    _key, token = make_key(place.region)
    seen = {one["branch"] for one in read(http, token, "positions").json()["positions"]}
    assert {place.branch.id, place.other_branch.id} <= seen
    assert make_branch().id not in seen
    assert read(http, token, "events", branch=place.branch.id).status_code == 200
    offices = {one["id"]: one for one in read(http, token, "offices").json()["offices"]}
    assert {place.head.id, place.region.id, place.sub_branch.id, place.agency.id} <= set(offices), "the tree is whole"
    assert read(http, token, "me").json()["level"] == "region"
    _whole, nation = make_key(place.head)
    assert make_branch().id in {one["branch"] for one in read(http, nation, "positions").json()["positions"]}


def test_pages_of_events_miss_nothing_with_and_without_a_filter(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from perisai.feeds import reading

    monkeypatch.setattr(reading, "WINDOW", 4)
    branch = make_branch()
    _key, token = make_key(branch)
    for _turn in range(3):
        happen(branch.id, 3)
        happen(branch.id, 2, kind="op_in_review", segment="PU")

    def walk(**query: str) -> list[int]:
        after, found, pages = 0, list[int](), 0
        while True:
            page = read(http, token, "events", branch=branch.id, after=after, limit=3, **query).json()
            found += [event["number"] for event in page["events"]]
            after, pages = page["next"], pages + 1
            assert pages < 50
            if after >= page["position"]:
                return found

    every = walk()
    assert every == list(range(1, len(every) + 1))
    assert len(walk(kind="op_in_review")) == len(walk(segment="PU")) == 6
    assert walk(kind="no_such_kind") == []


def test_no_answer_holds_who_acted_or_from_which_phone(http: httpx.Client) -> None:
    branch = make_branch()
    happen(branch.id)
    _key, token = make_key(branch)
    (event, *_) = read(http, token, "events", branch=branch.id).json()["events"]
    assert not {"actor", "actor_id", "device", "device_id"} & set(event)
    assert isinstance(event["amount"], int)
    assert read(http, token, "me").json()["world"] == "real"


def test_same_answer_again_is_told_without_a_body(http: httpx.Client) -> None:
    _key, token = make_key(make_branch())
    first = read(http, token, "kinds")
    again = read(http, token, "kinds", {"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert any(
        one["kind"] == "payment_confirmed" and one["metrics"]["contributions"] == "amount"
        for one in first.json()["kinds"]
    )


def test_key_may_read_only_its_parts_and_each_use_is_counted(http: httpx.Client) -> None:
    made, token = make_key(make_branch(), may=("events",))
    assert read(http, token, "positions").status_code == 200
    assert read(http, token, "positions").status_code == 200
    assert read(http, token, "offices").json()["code"] == "E5402"
    uses = {use.part: (use.answered, use.refused) for use in key.uses(made.id)}
    assert uses == {"events": (2, 0), "offices": (0, 1)}


def test_too_many_questions_are_told_when_to_come_again(http: httpx.Client) -> None:
    _key, token = make_key(make_branch(), per_minute=3)
    answers = [read(http, token, "me") for _ in range(8)]  # at most one new minute in between
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "E5403"
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    "shown", ["", "Basic abc", "Bearer", "Bearer perisai_read_", "Bearer " + "x" * 5000, "bearer \xe9"]
)
def test_without_a_good_key_nothing_is_told(http: httpx.Client, shown: str) -> None:
    answer = http.get("/api/v1/read/me", headers={"Authorization": shown.encode("latin-1")} if shown else {})  # type: ignore[dict-item]
    assert (answer.status_code, answer.json()["code"]) == (401, "E5401")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_secret_is_changed_over_without_a_gap_and_ended_at_once(http: httpx.Client) -> None:
    now = datetime.now(UTC)
    made, old = make_key(make_branch())
    with Work(scope=Scope.nation()) as work:
        new = key.rotate(work, key=made, hours=24)
    assert {read(http, token, "me").status_code for token in (old, new)} == {200}
    assert key.find_reader(old, now + timedelta(hours=25)) is None
    assert key.find_reader(new, now + timedelta(hours=25)) is not None
    with Work(scope=Scope.nation()) as work:
        newest = key.rotate(work, key=made, hours=0)
    assert [read(http, token, "me").status_code for token in (old, new, newest)] == [401, 401, 200], "a leak ends now"
    with Work(scope=Scope.nation()) as work:
        key.revoke(work, key=made)
    assert read(http, newest, "me").status_code == 401
    with pytest.raises(Refused, match="E5405"), Work(scope=Scope.nation()) as work:
        key.rotate(work, key=made, hours=24)


def test_key_ends_by_itself_and_its_secret_stands_nowhere() -> None:
    made, token = make_key(make_branch(), days=30)
    assert key.find_reader(token, datetime.now(UTC) + timedelta(days=31)) is None
    with Work(scope=Scope.nation(), clock=FixedClock(datetime.now(UTC))) as work:
        kept = work.rows(
            "SELECT k::text || s::text FROM feeds_key k JOIN feeds_key_secret s ON s.key_id = k.id WHERE k.id = %s",
            [made.id],
        )
    assert token not in kept[0][0]
    assert token.encode().hex() not in kept[0][0]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "x"), ("name", "a\x00bc"), ("contact", ""), ("may", ()), ("may", ("everything",)), ("per_minute", 0),
     ("per_minute", 10**9), ("days", 0), ("days", 5000)],
)  # fmt: skip
def test_key_with_a_wrong_field_is_told_which(field: str, value: object) -> None:
    with pytest.raises(Refused, match="E5404") as told:
        make_key(make_branch(), **{field: value})
    assert told.value.params["field"] == field
    assert asked().name
