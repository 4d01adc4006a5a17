"""The target of a scope is one figure wherever it stands: live screen, past screen, report, recap, page of targets, API."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from openpyxl import load_workbook
from pypdf import PdfReader

from perisai.accounts.models import Role
from perisai.events import reading as spine
from perisai.events.clock import FixedClock
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.figures import reading, readings
from perisai.figures.period import Period
from perisai.offices.models import Office
from perisai.offices.scopes import BRANCH, REGION, Watch
from perisai.reports import letter, span
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import plan
from perisai.targets.plans.place import get_home
from perisai.targets.plans.plan import Cell
from perisai.targets.quotas import quota
from perisai.targets.quotas.setting import add_months
from tests.api.conftest import http
from tests.feeds.places import make_key, read
from tests.targets.conftest import Country
from tests.targets.test_plan_pages import client, text
from tests.world import make_branch

__all__ = ["http"]
TODAY = datetime.now(ZoneInfo("Asia/Jakarta")).date()
MONTH = TODAY.replace(day=1)
PERIOD = Period.month(TODAY)
AHEAD = Period(date(TODAY.year + 1, 1, 1), date(TODAY.year + 1, 12, 31))


def gave(
    country: Country,
    office: int,
    values: dict[tuple[str, str], int],
    *,
    first: date = MONTH,
    many: int = 1,
    at: datetime | None = None,
    segment: str = "BPU",
) -> None:
    """An approved version that gives each child the same persons in so many months from ``first`` on."""
    at = at or datetime.now(UTC)
    with country.work(at=at) as work:
        home = get_home(work, office)
        plan_id = plan.start(work, home=home, year=first.year, from_month=first)
        cells: dict[Cell, int | None] = {
            Cell(level, key, add_months(first, n), segment, "persons"): value
            for (level, key), value in values.items()
            for n in range(many)
        }
        plan.edit(work, home=home, plan_id=plan_id, revision=0, cells=cells)
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)
    with country.work(second=True, at=at) as work:
        plan_decide.approve(work, home=home, plan_id=plan_id, revision=2, reason="Rapat target")


def apart(country: Country, **more: Any) -> None:
    """140 for the region, which passes 150 on: 100 and 50."""
    gave(country, country.head, {("nation", "all"): 140, ("region", str(country.region)): 140}, **more)
    passed = {("branch", str(country.branch)): 100, ("branch", str(country.other)): 50}
    gave(country, country.region, passed, **more)


def of(country: Country, level: str, key: int, period: Period = PERIOD, as_of: date = TODAY) -> reading.Figures:
    with country.work(at=datetime.now(UTC)) as work:
        return reading.of(work, Watch(level, str(key)), period, as_of)


def test_every_page_says_the_regions_own_target_and_what_its_branches_have(
    country: Country, http: httpx.Client
) -> None:
    apart(country)
    region = Watch(REGION, str(country.region))
    with country.work(at=datetime.now(UTC)) as work:
        values = reading.of(work, region, PERIOD, TODAY)
        rate = reading.run_rate(work, region, PERIOD, TODAY)
        rows = {row.scope.key: row.values["target"] for row in reading.children(work, region, PERIOD, TODAY)}
    assert (values.values["target"], values.segments["BPU"]["target"], values.segments["PU"]["target"]) == (
        140,
        140,
        None,
    )
    assert rows == {str(country.branch): 100, str(country.other): 50}
    assert rate.target == 140
    viewer = client(Role.REGION, country.region)
    live = viewer.get(f"/console/live/data/region/{country.region}/").json()
    assert (live["attainment"]["target"], live["attainment"]["beneath"]) == (140, 150)
    assert {row["key"]: row["target"] for row in live["children"]} == rows
    assert live["attainment"]["expected"] == rate.expected
    nation = client(Role.HEAD_OFFICE, country.head).get("/console/live/data/nation/all/").json()
    assert {row["key"]: row["target"] for row in nation["children"]}[str(country.region)] == 140
    of_branch = client(Role.BRANCH_HEAD, country.branch).get(f"/console/live/data/branch/{country.branch}/").json()
    assert (of_branch["attainment"]["target"], of_branch["attainment"]["beneath"]) == (100, None)
    assert "Target 140" in text(viewer.get(f"/console/reports/region/{country.region}/")), "the recap"
    report = text(viewer.get(f"/console/reports/region/{country.region}/monthly/{MONTH}/"))
    assert ">140<" in report.replace(" ", "")
    tree = text(viewer.get(f"/console/targets/?level=region&key={country.region}&period={TODAY:%Y-%m}"))
    assert "<b>140</b>" in tree
    assert "+10" in tree
    _key, token = make_key(Office.objects.get(id=country.region))
    asked = {"level": "region", "key": str(country.region), "first": str(PERIOD.first), "last": str(PERIOD.last)}
    assert read(http, token, "targets/plan", **asked).json()["value"] == 140
    assert read(http, token, "figures", **asked).json()["values"]["target"] == 140


def test_reports_of_a_region_say_both_sums_as_the_live_screen_does(country: Country) -> None:
    """Page, PDF, workbook, recap and the letter that is sent: the numbers that the screen has at the same moment."""
    apart(country)
    viewer = client(Role.REGION, country.region)
    live = viewer.get(f"/console/live/data/region/{country.region}/").json()["attainment"]
    target, beneath = live["target"], live["beneath"]
    both = f"Target {target}, sum of those beneath {beneath} (difference {beneath - target:+d})"
    address = f"/console/reports/region/{country.region}/"
    month = f"{address}monthly/{MONTH}/"
    assert both in text(viewer.get(address)), "the recap"
    assert both in text(viewer.get(month))
    pdf = PdfReader(io.BytesIO(viewer.get(f"{month}?form=pdf").content))
    assert both in " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    book = load_workbook(io.BytesIO(viewer.get(f"{month}?form=xlsx").content))
    told = {row[0]: row[2] for row in book["Figures"].iter_rows(values_only=True)}
    assert (told["Target"], told["Target, sum of those beneath"]) == (target, beneath)
    assert told["Target, difference of both"] == beneath - target
    region = Watch(REGION, str(country.region))
    with country.work(at=datetime.now(UTC)) as work:
        sent = letter.read(work, scope=region, span=span.of("monthly", TODAY), as_of=TODAY)
    assert both in letter.write(sent, language="en").splitlines()
    assert f"Target {target}, jumlah di bawahnya {beneath} (selisih +10)" in letter.write(sent, language="id")


def test_reports_say_nothing_of_sums_that_agree_or_of_one_branch(country: Country) -> None:
    passed = {("branch", str(country.branch)): 100, ("branch", str(country.other)): 40}
    gave(country, country.head, {("nation", "all"): 140, ("region", str(country.region)): 140})
    gave(country, country.region, passed)
    for role, level, office in ((Role.REGION, "region", country.region), (Role.BRANCH_HEAD, "branch", country.branch)):
        viewer, address = client(role, office), f"/console/reports/{level}/{office}/"
        for page in (address, f"{address}monthly/{MONTH}/"):
            assert "sum of those beneath" not in text(viewer.get(page)), page
        book = load_workbook(io.BytesIO(viewer.get(f"{address}monthly/{MONTH}/?form=xlsx").content))
        assert not [row for row in book["Figures"].iter_rows(values_only=True) if "beneath" in str(row[0])]


def test_a_past_page_says_both_sums_too(country: Country) -> None:
    apart(country, at=datetime.now(UTC) - timedelta(days=3))
    viewer = client(Role.REGION, country.region)
    asked = f"/console/live/region/{country.region}/?as_of={TODAY - timedelta(days=1)}"
    page = text(viewer.get(asked))
    if (TODAY - timedelta(days=1)).month == MONTH.month:
        assert "Target 140, sum of those beneath 150 (difference +10)" in " ".join(page.split())


def test_month_and_year_to_come_have_their_target(country: Country, http: httpx.Client) -> None:
    apart(country, first=AHEAD.first, many=12)
    ahead = Period.month(date(TODAY.year + 1, 3, 1))
    assert of(country, REGION, country.region, AHEAD).values["target"] == 1680
    assert of(country, BRANCH, country.branch, AHEAD).values["target"] == 1200
    march = of(country, BRANCH, country.branch, ahead)
    assert (march.values["target"], march.values["accepted"], march.values["paying"]) == (100, 0, None)
    with country.work(at=datetime.now(UTC)) as work:
        rate = reading.run_rate(work, Watch(BRANCH, str(country.branch)), ahead, TODAY)
        days = reading.series(
            work, Watch(BRANCH, str(country.branch)), "target", date(TODAY.year, 12, 31), AHEAD.first, TODAY
        )
    assert (rate.target, rate.expected, rate.days_left) == (100, 0, rate.days)
    assert [value for _, value in days] == [None, 100]
    _key, token = make_key(Office.objects.get(id=country.branch))
    asked = {"level": "branch", "key": str(country.branch), "first": str(ahead.first), "last": str(ahead.last)}
    assert read(http, token, "figures", **asked).json()["values"]["target"] == 100
    body = text(
        client(Role.REGION, country.region).get(f"/console/reports/region/{country.region}/monthly/{ahead.first}/")
    )
    assert ">140<" in body.replace(" ", "")


def test_a_past_day_keeps_the_target_that_was_known_then(country: Country) -> None:
    now = datetime.now(UTC)
    before, after = now - timedelta(days=9), now - timedelta(days=2)
    apart(country, at=before)
    again = {("branch", str(country.branch)): 70, ("branch", str(country.other)): 50}
    gave(country, country.region, again, at=after)
    known = {days: of(country, BRANCH, country.branch, as_of=TODAY - timedelta(days=days)) for days in (20, 5, 0)}
    assert {days: one.values["target"] for days, one in known.items()} == {20: None, 5: 100, 0: 70}
    with country.work(at=now) as work:
        asked = (work, Watch(REGION, str(country.region)), PERIOD)
        rows = {
            days: sum(row.values["target"] or 0 for row in reading.children(*asked, TODAY - timedelta(days=days)))
            for days in (20, 5, 0)
        }
    assert rows == {20: 0, 5: 150, 0: 120}
    viewer = client(Role.REGION, country.region)
    address = f"/console/targets/?month={TODAY.month}&year={TODAY.year}"
    then = text(viewer.get(f"{address}&as_of={TODAY - timedelta(days=5)}"))
    assert "Plans in force at the end of" in then
    assert ("<b>100</b>" in then, "<b>70</b>" in then) == (True, False)
    present = text(viewer.get(address))
    assert ("<b>100</b>" in present, "<b>70</b>" in present) == (False, True)
    of_staff = client(Role.BRANCH_HEAD, country.branch)
    assert "Agen Uji 3" in text(of_staff.get(f"{address}&as_of={TODAY - timedelta(days=5)}"))


def test_a_target_set_by_hand_alone_stays_what_it_was_on_a_past_day(database: object) -> None:
    del database
    branch, now = make_branch(target=None), datetime.now(UTC)

    def told(days: int, **targets: int) -> None:
        with Work(scope=Scope.branch(branch.id), clock=FixedClock(now - timedelta(days=days))) as work:
            if "all" in targets:
                quota.set_quota(work, branch_id=branch.id, period=MONTH, target=targets["all"])
            else:
                quota.set_targets(work, branch_id=branch.id, period=MONTH, targets=targets, reason="assigned")

    told(9, all=90)
    told(6, all=120)
    told(3, BPU=100, PU=30)
    with Work(scope=Scope.branch(branch.id)) as work:
        found = {
            days: reading.of(work, Watch(BRANCH, str(branch.id)), PERIOD, TODAY - timedelta(days=days))
            for days in (12, 8, 5, 2, 0)
        }
    assert {days: one.values["target"] for days, one in found.items()} == {12: None, 8: 90, 5: 120, 2: 130, 0: 130}
    assert [found[days].segments["PU"]["target"] for days in (5, 2, 0)] == [None, 30, 30]


def test_region_without_a_plan_is_the_sum_of_its_branches(country: Country) -> None:
    with country.work(at=datetime.now(UTC)) as work:
        quota.set_quota(work, branch_id=country.branch, period=MONTH, target=80)
    assert of(country, REGION, country.region).values["target"] == 80
    live = client(Role.REGION, country.region).get(f"/console/live/data/region/{country.region}/").json()
    assert (live["attainment"]["target"], live["attainment"]["beneath"]) == (80, None)


def test_statements_of_a_reading_do_not_grow_with_what_is_read(country: Country) -> None:
    """Neither with branches, nor with months, nor where a plan says more."""
    apart(country)

    def counted(scope: Watch, period: Period) -> int:
        with country.work(at=datetime.now(UTC)) as work:
            many = 0

            def rows(sql: Any, params: Any) -> Any:
                nonlocal many
                many += 1
                return work.dicts(sql, params)

            spine.read(readings.children(scope, period, TODAY, work.now), rows)
            return many

    region = Watch(REGION, str(country.region))
    few = counted(region, PERIOD)
    assert few <= 11
    assert counted(region, Period(date(TODAY.year - 2, 1, 1), PERIOD.last)) <= few + 2
