"""The spreadsheet of an employer: every row once, every wrong cell with its reason, and undone while nothing is paid."""

import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from openpyxl import load_workbook

from perisai.errors import Refused
from tests.employers.conftest import Firm, fill, month, register, row
from tests.world import system_work


def living(firm: Firm) -> int:
    return int(
        firm.ask(
            "SELECT count(*) FROM employers_job j JOIN members_enrolment e ON e.branch_id = j.branch_id AND e.id = j.enrolment_id"
            " WHERE j.branch_id = %s AND e.state = 'accepted'"
        )[0][0]
    )


def test_good_rows_are_taken_and_bad_ones_say_why_in_every_cell(firm: Firm) -> None:
    good, daily = row(), row(kind="harian", wage=90_000)
    piece = row(kind="borongan", wage=3_000_000, wage_2=1_000_000, wage_3=2_000_000)
    bad = row(nik="157108", name=None, birth_date="31-02-1990", sex="X", wage="banyak", region="99.99")
    done = firm.bring_in([good, bad, daily, piece, good | {"name": "Ganda"}])
    assert done["state"] == "done"
    assert done["counts"] == {"accepted": 3, "wrong": 2}
    told = firm.findings(done["id"])
    assert {(column, key) for column, key, _ in told[3]} == {
        ("nik", "nik"), ("name", "empty"), ("birth_date", "day"), ("sex", "one_of"), ("wage", "rupiah"), ("region", "region"),
    }  # fmt: skip
    assert told[6] == [("nik", "twice", "2")]
    wages = firm.ask("SELECT wage, kind FROM employers_wage WHERE branch_id = %s ORDER BY kind, wage")
    assert wages == [(90_000 * 25, "daily"), (2_000_000, "monthly"), (2_000_000, "piece")]
    segments = firm.ask(
        "SELECT DISTINCT segment, programmes, employer_id, risk FROM members_enrolment WHERE branch_id = %s"
    )
    assert segments == [("PU", ["JKK", "JKM"], firm.id, "low")]
    assert firm.ask("SELECT count(*), min(reason) FROM members_consent_due WHERE branch_id = %s") == [(3, "employer")]


def test_wrong_rows_come_back_red_and_are_taken_once_corrected(firm: Firm) -> None:
    from perisai.employers import import_file, workbook

    people = [row(), row(birth_date="kemarin"), row(sex=None)]
    done = firm.bring_in(people)
    with system_work(firm.branch) as work:
        data = import_file.content(work, branch_id=firm.branch.id, import_id=done["id"])
    assert data is not None
    told = {line: [(name, key) for name, key, _ in found] for line, found in firm.findings(done["id"]).items()}
    book = load_workbook(io.BytesIO(workbook.sent_back(data, told)))
    sheet = book["Pekerja"]
    assert sheet.max_row == 3
    titles = [cell.value for cell in sheet[1]]
    birth, sex = titles.index("Tanggal lahir"), titles.index("L/P")
    cell: Any = sheet[2][birth]
    assert cell.comment.text == "day"
    assert cell.fill.fgColor.rgb == "FFF8D7DA"
    cell.value, sheet[3][sex].value = people[1]["birth_date"].replace("kemarin", "1990-01-02"), "P"
    sheet[2][birth].value = "1990-01-02"
    corrected = io.BytesIO()
    book.save(corrected)
    again = firm.bring_in(corrected.getvalue())
    assert again["counts"].get("wrong", 0) == 0
    assert living(firm) + firm.ask("SELECT count(*) FROM members_review WHERE branch_id = %s")[0][0] == 3


def test_nothing_is_imported_twice(firm: Firm) -> None:
    people = [row(), row()]
    sent = fill(people)
    firm.bring_in(sent)
    with pytest.raises(Refused, match="E4408"):
        firm.send(sent)
    again = firm.bring_in([*people, row()])
    assert again["counts"] == {"already": 2, "accepted": 1}
    other = firm.bring_in([people[0] | {"wage": 2_500_000}])
    assert firm.findings(other["id"])[2] == [("wage", "works_here", "")]
    assert living(firm) == 3


def test_two_files_with_the_same_people_at_once_enrol_each_once(firm: Firm) -> None:
    from django.db import connection

    from perisai.employers import import_file

    people = [row() for _ in range(12)]
    sent = [firm.send([*people, row()]), firm.send([*reversed(people), row()])]
    sent.append(sent[0])  # and one of them by two workers

    def run(import_id: Any) -> None:
        try:
            import_file.run(firm.branch.id, import_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, sent))
    counts = [firm.file(one)["counts"] for one in sent[:2]]
    assert sum(one["accepted"] for one in counts) == 14
    assert sum(one.get("already", 0) for one in counts) == 12
    assert living(firm) == 14
    assert firm.ask("SELECT count(*) FROM employers_import_row WHERE branch_id = %s") == [(26,)]


def test_killed_in_the_middle_goes_on_after_the_last_row(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    from perisai.employers import import_file
    from perisai.employers.bring_in import bring_in

    monkeypatch.setattr(import_file, "CHUNK", 3)
    calls = []

    def killed_at_third(*args: Any, **given: Any) -> Any:
        calls.append(1)
        made = bring_in(*args, **given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return made

    sent = firm.send([row() for _ in range(10)])
    with monkeypatch.context() as patch:
        patch.setattr(import_file, "bring_in", killed_at_third)
        with pytest.raises(KeyboardInterrupt):
            import_file.run(firm.branch.id, sent)
    half = firm.file(sent)
    assert (half["state"], half["line"], living(firm)) == ("running", 7, 6)
    with system_work(firm.branch) as work:
        work.execute(
            "UPDATE employers_import SET stepped_at = stepped_at - interval '1 hour' WHERE branch_id = %s",
            [firm.branch.id],
        )
    from perisai.employers.jobs import resume_branch

    resume_branch(firm.branch.id, "Asia/Jakarta")
    assert firm.file(sent)["counts"] == {"accepted": 10}
    assert living(firm) == 10


def test_an_import_is_undone_while_nothing_is_paid_or_reported_since(firm: Firm) -> None:
    from perisai.employers import import_file

    def undo(import_id: Any) -> None:
        with system_work(firm.branch) as work:
            import_file.undo(work, branch_id=firm.branch.id, import_id=import_id, timezone="Asia/Jakarta")

    stays = row()
    firm.bring_in([stays])
    raised = {"change": "upah", "nik": stays["nik"], "wage": 3_000_000, "from_month": month(0).isoformat()}
    done = firm.bring_in([row(), row(), raised])
    wage = "SELECT e.income FROM members_enrolment e WHERE e.branch_id = %s ORDER BY e.id LIMIT 1"
    assert firm.ask(wage) == [(3_000_000,)]
    gone = firm.bring_in([{"change": "keluar", "nik": stays["nik"], "last_month": month(0).isoformat()}])
    with pytest.raises(Refused, match="E4409"):
        undo(done["id"])  # the leave was reported since
    undo(gone["id"])
    assert firm.ask("SELECT count(*) FROM employers_job WHERE branch_id = %s AND last_month IS NOT NULL") == [(0,)]
    again = firm.bring_in([row(), row(), raised | {"wage": 4_000_000}])
    undo(again["id"])
    assert firm.ask(wage) == [(3_000_000,)]
    assert living(firm) == 3
    with pytest.raises(Refused, match="E4409"):
        undo(again["id"])
    assert firm.file(again["id"])["state"] == "undone"


@pytest.mark.parametrize(
    ("break_it", "why"),
    [
        (lambda book: setattr(book["Pekerja"]["B1"], "value", "Nomor apa"), "columns"),
        (lambda book: book["Pekerja"].delete_rows(2, 20), "empty"),
    ],
)
def test_a_file_that_is_none_says_why(firm: Firm, break_it: Any, why: str) -> None:
    book = load_workbook(io.BytesIO(fill([row()])))
    break_it(book)
    data = io.BytesIO()
    book.save(data)
    done = firm.bring_in(data.getvalue())
    assert (done["state"], done["why"]) == ("unreadable", why)
    assert living(firm) == 0


@pytest.mark.parametrize(
    ("good", "wrong"), [(40, 10), pytest.param(9_000, 1_000, marks=pytest.mark.full)], ids=["small", "full"]
)
def test_ten_thousand_rows_are_taken_each_and_one_more_is_too_many(firm: Firm, good: int, wrong: int) -> None:
    done = firm.bring_in(fill([row() for _ in range(good)] + [row(birth_date="kemarin") for _ in range(wrong)]))
    assert done["state"] == "done"
    # A name that somebody has already goes to a person to look at; it is not lost.
    assert sum(done["counts"].values()) == good + wrong
    assert done["counts"]["wrong"] == wrong == len(firm.findings(done["id"]))
    assert living(firm) + firm.ask("SELECT count(*) FROM members_review WHERE branch_id = %s")[0][0] == good
    one = row()
    more = firm.bring_in(fill([one] * 10_001))
    assert (more["state"], more["why"]) == ("unreadable", "rows")
    assert living(firm) <= good, "none of them"


def test_bytes_that_are_no_workbook_are_refused_at_once(firm: Firm) -> None:
    for data in (b"", b"%PDF-1.7", b"PK" + bytes(9_000_000)):
        with pytest.raises(Refused, match="E4407"):
            firm.send(data)


def test_merged_cells_formulas_and_cut_numbers_say_so(firm: Firm) -> None:
    one, two, three = row(), row(), row()
    book = load_workbook(io.BytesIO(fill([one, two, three | {"nik": int(three["nik"])}])))
    sheet = book["Pekerja"]
    sheet.merge_cells("C2:C3")
    sheet["L3"] = "=1+1"
    sheet["F1"].number_format = "@"
    data = io.BytesIO()
    book.save(data)
    done = firm.bring_in(data.getvalue())
    told = {line: {(column, key) for column, key, _ in found} for line, found in firm.findings(done["id"]).items()}
    assert ("name", "merged") in told[2]
    assert told[3] >= {("name", "merged"), ("wage", "formula")}
    assert told[4] == {("nik", "cut")}


def test_a_worker_of_another_employer_is_looked_at_by_a_person(firm: Firm) -> None:
    person = row()
    firm.bring_in([person])
    other = Firm(firm.branch, register(firm.branch))
    assert other.bring_in([person])["counts"] == {"review": 1}
    firm.bring_in([{"change": "keluar", "nik": person["nik"], "last_month": month(0).isoformat()}])
    third = Firm(firm.branch, register(firm.branch))
    assert third.bring_in([person])["counts"] == {"accepted": 1}


def test_negative_wages_say_so_in_their_cell(firm: Firm) -> None:
    done = firm.bring_in([row(wage=-2_000_000), row(wage="-2.000.000"), row(kind="harian", wage=-90_000)])
    assert (done["state"], done["counts"]) == ("done", {"wrong": 3})
    told = [{(column, key) for column, key, _ in found} for found in firm.findings(done["id"]).values()]
    assert told == [{("wage", "rupiah")}] * 3
    assert living(firm) == 0
