"""A GeoJSON of boundaries is taken as a whole or not at all, and what is wrong is said feature by feature."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from perisai.accounts.models import Role
from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import boundaries, boundaries_command, boundaries_console
from perisai.offices.boundaries import About, Known, WrongFile
from perisai.offices.boundary_file import check
from tests.accounts.people import logged_in, make_user
from tests.offices.shapes import ABOUT, DISTRICTS, REGENCY, both, collection, feature, know_regions, square

CODES = (REGENCY, *DISTRICTS)
Change = Callable[[dict[str, Any]], object]


def known() -> Known:
    with Work(scope=Scope.nation()) as work:
        return boundaries.of(work, CODES)


def bring(data: bytes, **about: str) -> boundaries.Brought:
    with Work(scope=Scope.nation()) as work:
        return boundaries.bring(work, data=data, file_name="uji.geojson", about=About(**(ABOUT | about)))


def upload(client: Client, data: bytes, name: str = "uji.geojson", **more: str) -> Any:
    return client.post(
        "/console/offices/boundaries/", {**ABOUT, **more, "file": SimpleUploadedFile(name, data, "application/json")}
    )


def of_geometry(change: Change) -> bytes:
    one = feature(DISTRICTS[0])
    change(one["geometry"])
    return collection(feature(DISTRICTS[1], 103.2), one)


BOWTIE = [[103, -2], [103.2, -1.8], [103.2, -2], [103, -1.8], [103, -2]]
WRONG: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"{", 0, "json"),
    "not a collection": (json.dumps(feature(DISTRICTS[0])).encode(), 0, "collection"),
    "nothing in it": (collection(), 0, "empty"),
    "metres": (collection(feature(DISTRICTS[0]), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}), 0, "crs"),
    "no feature": (collection(feature(DISTRICTS[0]), ["x"]), 2, "feature"),
    "no code": (collection(feature("", name="nama")), 1, "no_code"),
    "a code of BPS": (collection(feature("1571080")), 1, "bps_code"),
    "a kelurahan": (collection(feature("15.71.08.1001")), 1, "code"),
    "an unknown code": (collection(feature("99.99.99")), 1, "unknown"),
    "twice": (collection(feature(DISTRICTS[0]), feature(DISTRICTS[0], 104)), 2, "twice"),
    "a point": (of_geometry(lambda one: one.update(type="Point", coordinates=[103, -2])), 2, "geometry"),
    "no geometry": (collection({"type": "Feature", "properties": {"code": DISTRICTS[0]}}), 1, "geometry"),
    "text": (of_geometry(lambda one: one.update(coordinates=[[["a", "b"]] * 4])), 2, "number"),
    "swapped": (
        of_geometry(lambda one: one.update(coordinates=[[[y, x] for x, y in square(103, -2)]])),
        2,
        "swapped",
    ),
    "elsewhere": (of_geometry(lambda one: one.update(coordinates=[square(10, 50)])), 2, "outside"),
    "infinite": (collection(feature(DISTRICTS[0])).replace(b"-2.0", b"1e999"), 0, "json"),
    "not closed": (of_geometry(lambda one: one["coordinates"][0].pop()), 2, "open"),
    "crosses itself": (of_geometry(lambda one: one.update(coordinates=[BOWTIE])), 2, "shape"),
    "no area": (of_geometry(lambda one: one.update(coordinates=[[[103, -2]] * 5])), 2, "shape"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_says_which_feature_and_why(case: str) -> None:
    data, place, key = WRONG[case]
    checked = check(data, CODES)
    assert [(problem.feature, problem.key) for problem in checked.problems] == [(place, key)]
    assert checked.drawn == []
    assert all(checked.problems[0].texts)


def test_neighbours_keep_their_border_and_their_regency_is_drawn_from_them() -> None:
    checked = check(both(), CODES)
    drawn = {one.code: one for one in checked.drawn}
    assert set(drawn) == set(CODES)
    assert drawn[REGENCY].is_derived
    assert not drawn[DISTRICTS[0]].is_derived
    shared = {tuple(at) for at in drawn[DISTRICTS[0]].polygons[0][0]} & {
        tuple(at) for at in drawn[DISTRICTS[1]].polygons[0][0]
    }
    assert len(shared) == 2
    (outer,) = drawn[REGENCY].polygons[0]
    assert max(x for x, _ in outer) - min(x for x, _ in outer) == pytest.approx(0.4)


def test_fine_lines_become_light_enough_for_a_screen() -> None:
    fine = [[103 + n / 5000, -2 + (n % 2) * 0.0001] for n in range(1001)]
    ring = [*fine, [103.2, -1.8], [103, -1.8], fine[0]]
    one = feature(DISTRICTS[0])
    one["geometry"]["coordinates"] = [ring]
    (drawn,) = check(collection(one), CODES).drawn
    assert len(drawn.polygons[0][0]) < 100


def test_whole_file_is_taken_or_nothing(database: Path) -> None:
    know_regions()
    before = known()
    with pytest.raises(WrongFile):
        bring(collection(feature(DISTRICTS[0], 105), feature("99.99.99", 103.2)))
    assert known() == before
    assert bring(both()).derived == 1
    assert set(known().polygons) == set(CODES)
    assert known().about == [About(**ABOUT)]
    with pytest.raises(Refused, match="E7007"):
        bring(both())
    bring(collection(feature(DISTRICTS[0], 104)), edition="2026")
    assert known().polygons[DISTRICTS[0]][0][0][0][0] >= 104, "the newest file counts"
    assert {about.edition for about in known().about} == {"2025", "2026"}, "the others keep theirs"


@pytest.mark.parametrize("missing", ["source", "licence", "edition"])
def test_data_without_source_licence_or_edition_is_not_taken(database: Path, missing: str) -> None:
    know_regions()
    with pytest.raises(Refused, match="E7008"):
        bring(both(), **{missing: "  "})


def test_head_office_brings_a_file_by_the_page(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    know_regions()
    monkeypatch.setattr(boundaries_console, "MOST_BYTES", 20_000)
    head = logged_in(make_user(Role.HEAD_OFFICE))
    wrong = upload(head, collection(feature(DISTRICTS[0]), feature("1571080", 103.2)))
    assert wrong.status_code == 422
    assert "Wilayah ke-2 (1571080)" in wrong.content.decode()
    assert 'value="Badan Uji"' in wrong.content.decode(), "what was written stays"
    assert upload(head, both(), name="uji.zip").status_code == 422
    assert upload(head, b" " * 20_001).status_code == 413
    assert upload(head, both(), edition=f"halaman {id(head)}").status_code == 302
    assert "Badan Uji" in head.get("/console/offices/boundaries/").content.decode()


@pytest.mark.parametrize("role", [Role.REGION, Role.BRANCH_HEAD, Role.AGENCY, Role.AUDITOR])
def test_others_bring_nothing(database: Path, role: Role) -> None:
    client = logged_in(make_user(role))
    assert client.get("/console/offices/boundaries/").status_code == 403
    assert upload(client, both()).status_code == 403


def test_command_prints_what_is_wrong_and_what_was_taken(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    know_regions()
    assert boundaries_command.take(collection(feature("99.99.99")), "a.json", **ABOUT) == 1
    assert "Feature 1 (99.99.99) code 99.99.99 is not known." in capsys.readouterr().out
    about = ABOUT | {"edition": "perintah"}
    assert boundaries_command.take(both(), "a.json", **about) == 0
    assert "Taken: 2 kecamatan, 1 regencies (1 drawn from their kecamatan)." in capsys.readouterr().out
    assert boundaries_command.take(both(), "a.json", **about) == 1
