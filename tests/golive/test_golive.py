"""Bringing in a branch that already has offices, agents and members."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from perisai.errors import Refused
from tests.golive.conftest import TODAY, Live, agent, fill, member, month
from tests.world import make_branch, system_work

Make = Callable[[], Live]


def counts(live: Live) -> list[int]:
    tables = ("agents_agent", "agents_licence", "members_enrolment", "contributions_bill", "agencies_agreement")
    return [live.ask(f"SELECT count(*) FROM {table} WHERE branch_id = %s")[0][0] for table in tables]


def found(file: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(sheet, row, column, key) of what was found."""
    return [tuple(one[:4]) for one in file["problems"]]


def test_check_of_a_workbook_in_order_leaves_no_trace(live: Make) -> None:
    one = live()
    before = one.ask("SELECT number FROM events_position WHERE branch_id = %s")
    file = one.check()
    assert (file["state"], file["problems"]) == ("ready", [])
    assert file["counts"]["members"] == 4
    assert counts(one) == [0, 0, 0, 0, 0]
    assert one.ask("SELECT number - 1 FROM events_position WHERE branch_id = %s") == before
    assert one.ask("SELECT kind FROM events_event WHERE branch_id = %s ORDER BY number DESC LIMIT 1") == [
        ("golive_sent",)
    ]
    assert one.ask(
        "SELECT count(*) FROM accounts_user u JOIN offices_office o ON o.id = u.office_id WHERE o.branch_id = %s"
    ) == [(0,)]


def test_import_brings_offices_agents_members_and_arrears(live: Make) -> None:
    one = live()
    file = one.bring_in(one.check()["id"])
    assert (file["state"], file["content_sealed"]) == ("imported", None)
    assert counts(one) == [3, 3, 4, 1, 1]
    agents = one.ask(
        "SELECT a.state, l.number, l.valid_from, lower(p.during), c.number, u.username = lower(a.code), o.name"
        " FROM agents_agent a JOIN agents_licence l ON l.branch_id = a.branch_id AND l.agent_id = a.id"
        " JOIN agents_placement p ON p.branch_id = a.branch_id AND p.agent_id = a.id"
        " JOIN golive_certificate c ON c.branch_id = a.branch_id AND c.agent_id = a.id"
        " JOIN accounts_user u ON u.agent_id = a.id LEFT JOIN offices_office o ON o.id = a.agency_office_id"
        " WHERE a.branch_id = %s ORDER BY c.old_code"
    )
    assert [row[0] for row in agents] == ["active"] * 3
    assert agents[0][1:] == (
        f"LAMA-{one.branch.id}-A-1",
        date(TODAY.year, 1, 1),
        date(2023, 2, 1),
        "S-A-1",
        True,
        "Wadah Melati",
    )
    assert agents[2][-1] is None
    people = one.ask(
        "SELECT p.nik_masked, p.bank, p.account_masked, p.account_holder, c.exam_number, c.examined_on FROM golive_agent p"
        " JOIN golive_certificate c ON c.branch_id = p.branch_id AND c.agent_id = p.agent_id"
        " WHERE p.branch_id = %s ORDER BY c.old_code"
    )
    assert [row[1:] for row in people] == [
        ("BNI", "******7890", "Agen A-1", "U-A-1", date(2023, 1, 25)),
        ("", "", "", "U-A-2", date(2023, 1, 25)),
        ("", "", "", "U-A-3", date(2023, 1, 25)),
    ]
    assert all("****" in row[0] for row in people)
    assert one.ask("SELECT name, relation FROM members_heir WHERE branch_id = %s ORDER BY position") == [
        ("Ana", "child"),
        ("Budi", "sibling"),
    ]
    logins = one.ask(
        "SELECT u.username, u.full_name, u.role, u.must_change_password, u.password FROM golive_office_login l"
        " JOIN accounts_user u ON u.id = l.user_id WHERE l.branch_id = %s ORDER BY u.username"
    )
    mark = one.branch.id
    assert logins == [
        (f"kenanga{mark}", "Wadah Kenanga", "agency", True, "!"),
        (f"w{mark}a", "Sri", "agency", True, "!"),
    ]


def test_import_keeps_the_original_month_and_who_acquired(live: Make) -> None:
    one = live()
    one.bring_in(one.check()["id"])
    members = one.ask(
        "SELECT e.state, e.first_month, e.captured_on, e.paid_through, c.old_code, e.core_state, e.quota_period"
        " FROM members_enrolment e JOIN golive_certificate c ON c.branch_id = e.branch_id AND c.agent_id = e.agent_id"
        " WHERE e.branch_id = %s ORDER BY e.paid_through, e.core_state"
    )
    acquired = date(2024, 3, 1)
    assert [row[1:3] for row in members] == [(acquired, acquired)] * 4
    assert [(row[0], row[4]) for row in members] == [("lapsed", "A-2")] + [("active", "A-1")] * 3
    assert [row[5] for row in members].count("registered") == 1
    assert {row[6] for row in members} == {None}
    assert one.ask("SELECT count(*) FROM events_counter WHERE branch_id = %s AND metric IN ('captured', 'active')") == [
        (0,)
    ]


def test_import_bills_arrears_by_the_tariff_of_their_months(live: Make) -> None:
    from perisai.contributions.tariffs.tariff import months_from, price, total
    from perisai.payments.books import ledger

    one = live()
    one.bring_in(one.check()["id"])
    first = date.fromisoformat(f"{month(3)}-01")
    (bill,) = one.ask("SELECT first_month, months, amount, state FROM contributions_bill WHERE branch_id = %s")
    owed = total(price(1_500_000, frozenset({"JKK", "JKM"}), False, months_from(first, 4)))
    assert bill == (first, 4, owed, "open")
    with system_work(one.branch) as work:
        assert ledger.prove(work, one.branch.id) == []


def test_the_imported_arrears_can_be_paid(live: Make) -> None:
    from perisai.contributions.bills import settlement
    from perisai.members.enrolments import activation
    from perisai.payments.crediting import judgement

    one = live()
    one.bring_in(one.check()["id"])
    ((enrolment_id,),) = one.ask("SELECT enrolment_id FROM contributions_bill WHERE branch_id = %s")
    with system_work(one.branch) as work:
        bill = settlement.find_payable(work, branch_id=one.branch.id, enrolment_id=enrolment_id)
        standing = activation.find_standing(work, branch_id=one.branch.id, enrolment_id=enrolment_id)
        due = judgement.check_due(bill, standing, work.now)
    assert due.repriced == due.billed
    assert f"{due.billed.first_month:%Y-%m}" == month(3)


def test_the_same_file_again_is_told_and_changes_nothing(live: Make) -> None:
    one = live()
    data = fill(one.rows)
    file_id = one.send(data=data)
    from perisai.golive import file

    file.run_check(one.branch.id, file_id)
    one.bring_in(file_id)
    before = counts(one)
    with pytest.raises(Refused, match="E9603"):
        one.send(data=data)
    file.run_import(one.branch.id, file_id)
    assert counts(one) == before


def test_the_same_rows_in_another_file_are_all_told(live: Make) -> None:
    one = live()
    one.bring_in(one.check()["id"])
    before = counts(one)
    file = one.check(one.rows | {"members": [member()], "arrears": []})
    assert file["state"] == "wrong"
    assert {(sheet, key) for sheet, _, _, key in found(file)} == {
        ("Kantor", "here_already"),
        ("Kantor", "username_held"),
        ("PKS", "here_already"),
        ("Agen", "here_already"),
    }
    again = one.check({"members": [one.rows["members"][0]]})
    assert found(again) == [("Peserta", 2, "NIK", "nik_held")]
    assert counts(one) == before


def test_another_file_brings_members_to_agents_of_an_earlier_one(live: Make) -> None:
    one = live()
    one.bring_in(one.check()["id"])
    second = one.bring_in(one.check({"members": [member(agent="A-3")]})["id"])
    assert second["state"] == "imported"
    assert one.ask("SELECT count(*) FROM members_enrolment WHERE branch_id = %s") == [(5,)]


def test_an_agent_of_another_branch_cannot_be_imported_again_nor_apply(live: Make) -> None:
    from perisai.events.vault import keyed_hash
    from perisai.golive import identity
    from perisai.recruitment import candidate

    one, other = live(), live()
    other.bring_in(other.check()["id"])
    nik = other.rows["agents"][0]["nik"]
    rows = one.rows | {"agents": [one.rows["agents"][0] | {"nik": nik}, *one.rows["agents"][1:]]}
    assert found(one.check(rows)) == [("Agen", 2, "NIK", "nik_agent")]
    ((agent_id,),) = other.ask("SELECT agent_id FROM golive_certificate WHERE branch_id = %s AND old_code = 'A-1'")
    stranger = agent_id.__class__(int=0)
    with system_work(one.branch) as work:
        assert [past.kind for past in candidate.find_past(work, keyed_hash("nik", nik), stranger)] == ["claim"]
    with system_work(other.branch) as work:
        candidate.note_ending(work, branch_id=other.branch.id, agent_id=agent_id, on=TODAY)
    assert found(one.check(rows)) == [("Agen", 2, "NIK", "nik_barred")]
    with system_work(other.branch) as work:
        candidate.lift(work, branch_id=other.branch.id, agent_id=agent_id, kind="ended", on=TODAY)
        brought = identity.find_brought(work, other.branch.id, agent_id)
    assert brought == identity.Brought("S-A-1", date(2023, 1, 20), "U-A-1", date(2023, 1, 25), True, True)
    assert found(one.check(rows)) == [("Agen", 2, "NIK", "nik_agent")]


def test_a_nik_enrolled_elsewhere_stops_the_whole_file(live: Make) -> None:
    one, other = live(), live()
    other.bring_in(other.check()["id"])
    taken = other.rows["members"][0]["nik"]
    file = one.check(one.rows | {"members": [*one.rows["members"], member(nik=taken)]})
    assert found(file) == [("Peserta", 6, "NIK", "nik_held")]
    assert counts(one) == [0, 0, 0, 0, 0]


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("offices", {"code": "WX 1", "name": "x"}, "Kode kantor", "code"),
    ("offices", {"code": "WX1", "name": "x", "under": "KCP-99"}, "Kode KCP", "no_sub_branch"),
    ("offices", {"code": "WX1"}, "Nama", "empty"),
    ("agents", agent(1, "A-9", "W-NONE"), "Kode kantor", "no_office"),
    ("agents", agent(1, "A-1", None), "Kode agen lama", "twice"),
    ("agents", agent(1, "A-9", None, valid_to="2020-01-01"), "Izin berakhir", "turned"),
    ("agents", agent(1, "A-9", None, since="31-02-2024"), "Agen sejak", "day"),
    ("agents", agent(1, "A-9", None, since="0202-03-01"), "Agen sejak", "day"),
    ("agents", agent(1, "A-9", None, valid_to="2062-12-31"), "Izin berakhir", "far"),
    ("agents", agent(1, "A-9", None, phone="12"), "HP", "phone"),
    ("offices", {"code": "WX1", "name": "x", "username": "Ada Spasi"}, "Nama masuk", "username"),
    ("agents", agent(1, "A-9", None, nik="1"), "NIK", "nik"),
    ("agents", agent(1, "A-9", None, nik=1_571_081_705_900_012), "NIK", "cut"),
    ("agents", agent(1, "A-9", None, bank="BRI"), "Nomor rekening", "account_parts"),
    ("agents", agent(1, "A-9", None, examined_on="2999-01-01"), "Tanggal sertifikat ujian", "future"),
    ("members", member(nik="123"), "NIK", "nik"),
    ("members", member(relation_2="anak"), "Ahli waris 2", "relation_alone"),
    ("members", member(agent="A-77"), "Kode agen lama", "no_agent"),
    ("members", member(region="15.71.08.9999"), "Kode desa", "no_region"),
    ("members", member(acquired="2014-01"), "Bulan perolehan", "month"),
    ("members", member(acquired=month(-1), paid_through=month(-1)), "Bulan perolehan", "future"),
    ("members", member(paid_through="2024-02"), "Lunas sampai bulan", "paid_before"),
    ("members", member(paid_through=month(3)), "Lunas sampai bulan", "no_arrears"),
    ("members", member(paid_through=month(-13)), "Lunas sampai bulan", "far"),
    ("members", member(state="bagus"), "Status", "one_of"),
    ("members", member(income="sejuta"), "Penghasilan", "rupiah"),
    ("members", member(job="x"), "Kode pekerjaan", "job"),
    ("arrears", {"nik": member()["nik"], "since": month(3), "until": month(1)}, "NIK", "no_member"),
]


@pytest.mark.parametrize(("sheet", "row", "column", "key"), WRONG, ids=[f"{one[0]}-{one[3]}" for one in WRONG])
def test_check_tells_sheet_row_and_column(live: Make, sheet: str, row: dict[str, Any], column: str, key: str) -> None:
    from perisai.golive.shape import SHEETS

    one = live()
    line = len(one.rows[sheet]) + 2
    file = one.check(one.rows | {sheet: [*one.rows[sheet], row]})
    assert file["state"] == "wrong"
    assert (SHEETS[sheet][0], line, column, key) in found(file)
    assert counts(one) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("change", "column", "key"),
    [
        ({"since": month(2)}, "Dari bulan", "gap"),
        ({"until": month(4)}, "Sampai bulan", "turned"),
        ({"until": month(-1)}, "Sampai bulan", "future"),
        ({"amount": 1}, "Jumlah", "amount"),
    ],
)
def test_check_of_arrears_that_do_not_fit(live: Make, change: dict[str, Any], column: str, key: str) -> None:
    one = live()
    file = one.check(one.rows | {"arrears": [one.rows["arrears"][0] | change]})
    assert ("Tunggakan", 2, column, key) in found(file)


def test_findings_never_hold_a_persons_data(live: Make) -> None:
    one = live()
    bad = member(nik="157108", name="Nama Rahasia", region="15.71.08.9999", phone="08x")
    told = str(one.check(one.rows | {"members": [bad]})["problems"])
    assert not any(word in told for word in ("157108", "Rahasia", "08x"))


def test_two_officers_import_at_once_and_it_is_once(live: Make) -> None:
    from django.db import connection

    from perisai.golive import file

    one = live()
    file_id = one.check()["id"]
    with system_work(one.branch) as work:
        file.begin_import(work, branch_id=one.branch.id, file_id=file_id)

    def run() -> None:
        try:
            file.run_import(one.branch.id, file_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(run) for _ in range(2)]:
            done.result()
    assert one.file(file_id)["state"] == "imported"
    assert counts(one) == [3, 3, 4, 1, 1]
    with system_work(one.branch) as work, pytest.raises(Refused, match="E9604"):
        file.begin_import(work, branch_id=one.branch.id, file_id=file_id)


def test_a_worker_that_was_killed_stands_in_nobodys_way(live: Make) -> None:
    from perisai.golive import file

    one = live()
    file_id = one.check()["id"]
    with system_work(one.branch) as work:
        file.begin_import(work, branch_id=one.branch.id, file_id=file_id)
    with pytest.raises(Refused, match="E9605"):
        one.bring_in(file_id)
    with system_work(one.branch) as work:
        work.execute(
            "UPDATE golive_file SET begun_at = begun_at - interval '3 minutes' WHERE branch_id = %s", [one.branch.id]
        )
    with system_work(one.branch) as works_still:
        works_still.execute("SELECT pg_advisory_xact_lock(hashtextextended('golive_work', %s))", [one.branch.id])
        with pytest.raises(Refused, match="E9605"):
            in_thread(lambda: one.bring_in(file_id))
    assert one.bring_in(file_id)["state"] == "imported"
    assert counts(one) == [3, 3, 4, 1, 1]


def in_thread(act: Callable[[], object]) -> None:
    """On a connection of its own."""
    from django.db import connection

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()


def test_send_of_something_else_is_refused(live: Make) -> None:
    one = live()
    with pytest.raises(Refused, match="E9601"):
        one.send(data=b"NIK;Nama")
    with pytest.raises(Refused, match="E9602"):
        one.send(data=b"PK" + bytes(5 * 1024 * 1024))
    from perisai.golive import file

    file_id = one.send(data=b"PK no workbook")
    with pytest.raises(Refused, match="E9605"):
        one.send()
    file.run_check(one.branch.id, file_id)
    assert [one_[3:] for one_ in one.file(file_id)["problems"]] == [["refused", "E9601"]]


def test_content_is_kept_encrypted_and_only_of_the_newest(live: Make) -> None:
    one = live()
    first = one.check()["id"]
    assert b"xl/workbook" not in bytes(one.file(first)["content_sealed"])
    one.check()
    assert one.file(first)["content_sealed"] is None
    with pytest.raises(Refused, match="E9604"):
        one.bring_in(first)


def test_another_branch_sees_no_file(live: Make) -> None:
    one = live()
    file_id = one.check()["id"]
    with system_work(make_branch()) as work:
        assert work.rows("SELECT 1 FROM golive_file WHERE id = %s", [file_id]) == []


def test_certificates_of_before_stand_in_the_checklist_of_another_licence(live: Make) -> None:
    from perisai.agents import issue

    one = live()
    bare = agent(one.branch.id, "A-9", None, certificate="", certified_on="", exam="", examined_on="")
    one.bring_in(one.check(one.rows | {"agents": [*one.rows["agents"], bare]})["id"])
    told = dict(one.ask("SELECT old_code, agent_id FROM golive_certificate WHERE branch_id = %s"))
    with system_work(one.branch) as work:
        for code in ("A-1", "A-9"):
            issue.revoke(work, branch_id=one.branch.id, agent_id=told[code], reason="Diganti")
        lists = {
            code: {each.key: each for each in issue.checklist(work, one.branch.id, told[code], TODAY)}
            for code in ("A-1", "A-9")
        }
    assert (lists["A-1"]["exam"].met, lists["A-9"]["exam"].met) == (True, False)
    assert lists["A-1"]["exam"].detail[0] == "sertifikat U-A-1, 25-01-2023 (impor awal)"
    assert lists["A-1"]["training"].met
