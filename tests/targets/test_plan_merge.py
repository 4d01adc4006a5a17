"""Two officers at one plan: both are taken, only what both changed is asked about, and nothing typed is lost."""

import base64
import io
import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook

from perisai.accounts.models import Role
from perisai.targets.plans import clash as plan_clash
from perisai.targets.plans import decide as plan_decide
from perisai.targets.plans import grid as plan_grid
from perisai.targets.plans import merge as plan_merge
from perisai.targets.plans import plan
from perisai.targets.plans.place import get_home
from perisai.targets.plans.plan import Cell
from tests.targets.conftest import YEAR as PLAN_YEAR
from tests.targets.conftest import Country
from tests.targets.conftest import month as of_month
from tests.targets.test_plan_pages import MONTH, YEAR, client, draft, figures, form, send, sheet, text
from tests.targets.test_plan_race import both

OFFICES = ("branch", "other")


def boxes(country: Country, values: dict[str, str]) -> dict[str, str]:
    """Of the region's plan, this month, by branch."""
    return {f"c:branch:{getattr(country, name)}:{MONTH}": value for name, value in values.items()}


def now_of(country: Country, plan_id: UUID) -> dict[str, int]:
    found = figures(country, country.region, plan_id)
    names = {str(getattr(country, name)): name for name in OFFICES}
    return {names[cell.key]: value for cell, value in found.items()}


def question(country: Country, name: str) -> str:
    return f"BPU:persons:branch:{getattr(country, name)}:{MONTH}"


@pytest.fixture
def shared(country: Country) -> tuple[Any, Any, UUID, str]:
    """Two officers of the region before the same page, with 50 and 60 in it; its revision is 1."""
    plan_id = draft(country, country.region)
    first, second = client(Role.REGION, country.region), client(Role.REGION, country.region)
    address = f"/console/targets/plan/{country.region}/{plan_id}/"
    assert first.post(address + "save/", form(0, boxes(country, {"branch": "50", "other": "60"}))).status_code == 302
    return first, second, plan_id, address


def test_figures_of_both_are_taken_where_each_changed_another(country: Country, shared: Any) -> None:
    first, second, plan_id, address = shared
    assert first.post(address + "save/", form(1, boxes(country, {"branch": "70", "other": "60"}))).status_code == 302
    answer = second.post(address + "save/", form(1, boxes(country, {"branch": "50", "other": "80"})))
    assert answer.status_code == 302, "without a script the whole form is sent, also what was left as it was"
    assert now_of(country, plan_id) == {"branch": 70, "other": 80}


def test_what_both_changed_is_asked_about_and_the_rest_is_saved(country: Country, shared: Any) -> None:
    first, second, plan_id, address = shared
    assert first.post(address + "save/", form(1, boxes(country, {"branch": "70"}))).status_code == 302
    body = text(second.post(address + "save/", form(1, boxes(country, {"branch": "90", "other": "80"}))))
    assert now_of(country, plan_id) == {"branch": 70, "other": 80}, "the other figure is saved at once"
    name = question(country, "branch")
    assert f'name="x:{name}" value="90"' in body
    assert re.search(rf'name="b:{name}" value="50"', body), "what was before"
    assert "<b>70</b><small>Uji" in body, "theirs, and whose it is"
    assert f'name="c:branch:{country.branch}:{MONTH}"' not in body, "no second box for the same figure"
    ((revision,),) = [re.findall(r'name="revision" value="(\d+)"', body)[:1]]
    asked = {f"x:{name}": "90", f"b:{name}": "50"}
    body = text(second.post(address + "save/", form(int(revision), asked)), 409)
    assert f'name="x:{name}" value="90"' in body, "without a choice it is asked again"
    assert re.search(rf'name="b:{name}" value="50"', body)
    chosen = form(int(revision), asked | {f"k:{name}": "mine"})
    assert second.post(address + "save/", chosen).status_code == 302
    assert now_of(country, plan_id) == {"branch": 90, "other": 80}


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_a_third_officer_is_not_passed_over_by_a_choice(country: Country, shared: Any, choice: str) -> None:
    first, second, plan_id, address = shared
    first.post(address + "save/", form(1, boxes(country, {"branch": "70"})))
    text(second.post(address + "save/", form(1, boxes(country, {"branch": "90"}))), 409)
    first.post(address + "save/", form(2, boxes(country, {"branch": "75"})))
    name = question(country, "branch")
    sent = form(2, {f"x:{name}": "90", f"b:{name}": "50", f"k:{name}": choice})
    answer = second.post(address + "save/", sent)
    if choice == "theirs":
        assert answer.status_code == 302
    else:
        body = text(answer, 409)
        assert "<b>75</b>" in body
        assert re.search(rf'name="b:{name}" value="70"', body)
    assert now_of(country, plan_id)["branch"] == 75


def test_a_refused_form_still_is_of_the_revision_it_was_filled_in_from(country: Country, shared: Any) -> None:
    """Otherwise a slip of the pen would hide what somebody else changed meanwhile."""
    first, second, plan_id, address = shared
    first.post(address + "save/", form(1, boxes(country, {"branch": "70"})))
    body = text(second.post(address + "save/", form(1, boxes(country, {"branch": "9x", "other": "61"}))), 422)
    assert 'value="9x"' in body
    assert 'value="61"' in body
    assert 'name="revision" value="1"' in body
    text(second.post(address + "save/", form(1, boxes(country, {"branch": "90", "other": "61"}))))
    assert now_of(country, plan_id) == {"branch": 70, "other": 61}


def test_figures_typed_while_the_plan_was_put_forward_are_shown_to_be_copied(country: Country, shared: Any) -> None:
    first, second, plan_id, address = shared
    assert first.post(address + "propose/", form(1, {})).status_code == 302
    body = text(second.post(address + "save/", form(1, boxes(country, {"branch": "90"}))), 409)
    assert "E5013" in body
    assert "yours, not saved: 90" in body
    assert now_of(country, plan_id) == {"branch": 50, "other": 60}


def test_who_was_logged_out_comes_back_to_the_page_of_the_form(country: Country, shared: Any) -> None:
    first, _second, _plan_id, address = shared
    first.logout()
    where = f"{address}save/?year={YEAR}&segment=PU&measure=outreach"
    answer = first.post(where, form(1, boxes(country, {"branch": "90"})))
    assert answer.status_code == 302
    assert "segment%3DPU" in answer["Location"]
    back = client(Role.REGION, country.region).get(where)
    assert (back.status_code, back["Location"]) == (
        302, f"/console/targets/plan/{country.region}/?year={YEAR}&segment=PU&measure=outreach",
    )  # fmt: skip


def test_two_at_once_lose_nothing(country: Country) -> None:
    with country.work() as work:
        home = get_home(work, country.region)
        plan_id = plan.start(work, home=home, year=PLAN_YEAR, from_month=of_month(1))
    cells = {second: Cell("branch", str(getattr(country, name)), of_month(1), "BPU", "persons")
             for second, name in ((False, "branch"), (True, "other"))}  # fmt: skip
    clash = Cell("branch", str(country.branch), of_month(2), "BPU", "persons")
    asked = []

    def change(second: bool) -> None:
        with country.work(second=second) as work:
            mine: dict[Cell, int | None] = {cells[second]: 7, clash: 20 + second}
            asked.append(plan_merge.merge(work, home=home, plan_id=plan_id, revision=0, cells=mine))

    assert both(change) == ["", ""]
    (told,) = [one.clashes for one in asked if one.clashes]
    assert [(one.cell, one.before) for one in told] == [(clash, None)]
    with country.work() as work:
        found = plan.figures(work, home=home, plan_id=plan_id)
    assert found == {cells[False]: 7, cells[True]: 7, clash: told[0].theirs}
    assert {told[0].theirs, told[0].mine} == {20, 21}


def column() -> int:
    return 5 + MONTH


def row_of(book: Any, code: str) -> int:
    """Of BPU, persons."""
    rows = book["Target"].iter_rows(min_row=2, max_col=5, values_only=True)
    return 2 + [(row[1], row[3], row[4]) for row in rows].index((code, "BPU", "orang"))


def test_a_file_says_what_it_was_made_of_and_is_merged(country: Country, shared: Any) -> None:
    """Also where the page was opened anew after somebody else had saved: the file is older than the page."""
    first, second, plan_id, address = shared
    book = sheet(second, address + "export.xlsx")
    assert first.post(address + "save/", form(1, boxes(country, {"branch": "70"}))).status_code == 302
    page = book["Target"]
    page.cell(row_of(book, f"{country.province}-B"), column()).value = 65
    for line in (row_of(book, f"{country.province}-A"), row_of(book, f"{country.province}-B")):
        page.cell(line, 18).value = None
    assert send(second, address + "import/", book, revision="2").status_code == 302
    assert now_of(country, plan_id) == {"branch": 70, "other": 65}
    page.cell(row_of(book, f"{country.province}-A"), column()).value = 99
    body = text(send(second, address + "import/", book, revision="3"), 409)
    name = question(country, "branch")
    assert f'name="x:{name}" value="99"' in body
    assert re.search(rf'name="b:{name}" value="50"', body)
    assert now_of(country, plan_id) == {"branch": 70, "other": 65}


def test_a_file_with_many_clashes_comes_back_marked_and_counts_when_sent_again(
    country: Country, shared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_clash, "MOST", 0)
    first, second, plan_id, address = shared
    book = sheet(second, address + "export.xlsx")
    first.post(address + "save/", form(1, boxes(country, {"branch": "70"})))
    line, other = row_of(book, f"{country.province}-A"), row_of(book, f"{country.province}-B")
    for row, value in ((line, 99), (other, 65)):
        book["Target"].cell(row, column()).value = value
        book["Target"].cell(row, 18).value = None
    body = text(send(second, address + "import/", book, revision="2"))
    assert now_of(country, plan_id) == {"branch": 70, "other": 65}
    marked = re.search(r'base64,([A-Za-z0-9+/=]+)"', body)
    assert marked
    back = load_workbook(io.BytesIO(base64.b64decode(marked[1])))
    cell = back["Target"].cell(line, column())
    assert cell.comment is not None
    assert "70, before 50" in cell.comment.text
    assert send(second, address + "import/", back, revision="3").status_code == 302, "as it is: mine"
    assert now_of(country, plan_id) == {"branch": 99, "other": 65}


def test_a_page_of_many_rows_is_found_in_by_name_and_keeps_whole_sums(
    country: Country, shared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_grid, "ROWS", 1)
    first, _second, plan_id, _address = shared
    page = f"/console/targets/plan/{country.region}/?year={YEAR}&segment=BPU&measure=persons"
    body = text(first.get(page))
    assert "KC Satu" in body
    assert "KC Dua" not in body
    assert f'data-sum="{MONTH}" data-rest="60">110<' in body
    body = text(first.get(f"{page}&rows=2"))
    assert "KC Dua" in body
    body = text(first.get(f"{page}&q=dua"))
    assert "KC Dua" in body
    assert "KC Satu" not in body
    assert "Nobody is called so here." in text(first.get(f"{page}&q=%3Cb%3E&rows=99999"))
    with country.work(at=datetime.now(UTC)) as work:
        home = get_home(work, country.region)
        plan_decide.propose(work, home=home, plan_id=plan_id, revision=1)
    assert "KC Satu" in text(first.get(page))
