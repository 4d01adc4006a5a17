"""The whole country's regions, loaded set-based from the package's own files."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perisai.errors import Refused
from perisai.events.scope import Scope
from perisai.events.work import Work
from perisai.offices import regions

FOLDER = Path(__file__).parents[2] / "frontend/node_modules/idn-area-data/data"


def load(folder: Path) -> int:
    with Work.open(scope=Scope.nation()) as work:
        return regions.load(work, folder)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("KABUPATEN ACEH SELATAN", "Kabupaten Aceh Selatan"),
        ("DKI JAKARTA", "DKI Jakarta"),
        ("Kota Jambi", "Kota Jambi"),
        ("lamuk", "Lamuk"),
        ("RD. PJKA", "RD. PJKA"),
        ("Karang  Anyar ", "Karang Anyar"),
        ('Ra"as', 'Ra"as'),
    ],
)
def test_title_writes_names_as_people_do(given: str, shown: str) -> None:
    assert regions.title(given) == shown


def test_load_takes_the_country_in_few_statements_and_again_changes_nothing(database: object) -> None:
    with CaptureQueriesContext(connection) as made:
        count = load(FOLDER)
    assert count > 90_000
    assert len(made) <= 8, "set-based: the number of statements does not depend on the number of regions"
    with connection.cursor() as cursor:
        cursor.execute("SELECT level, count(*) FROM offices_region GROUP BY level ORDER BY level")
        assert dict(cursor.fetchall())[1] == 38
        cursor.execute(
            "SELECT count(*) FROM offices_region c LEFT JOIN offices_region p ON p.code = c.parent_code"
            " WHERE c.level > 1 AND p.level IS DISTINCT FROM c.level - 1"
        )
        assert cursor.fetchone()[0] == 0, "every region stands under one of the level above"
        cursor.execute("SELECT max(xmin::text::bigint) FROM offices_region")
        before = cursor.fetchone()
        assert load(FOLDER) == count
        cursor.execute("SELECT max(xmin::text::bigint) FROM offices_region")
        assert cursor.fetchone() == before, "rows that did not change are not written again"


def test_phone_list_holds_one_province_and_its_version_follows_the_content(database: object) -> None:
    load(FOLDER)
    jambi = regions.phone_list("15")
    assert ["15.71", "Kota Jambi"] in jambi["regencies"]
    assert all(code.startswith("15.") for name in ("regencies", "districts", "villages") for code, _ in jambi[name])
    assert (len(jambi["regencies"]), len(jambi["districts"]) > 100, len(jambi["villages"]) > 1500) == (11, True, True)
    assert regions.phone_list("15")["version"] == jambi["version"] != regions.phone_list("16")["version"]
    assert regions.phone_list("99")["regencies"] == regions.phone_list("1%")["regencies"] == []
    assert regions.name_of("15.71.08.1001") == "Talang Jauh, Jelutung, Kota Jambi, Jambi"
    assert regions.name_of("15.71.08.9999") is None


def test_load_of_a_broken_folder_is_refused_and_changes_nothing(database: object, tmp_path: Path) -> None:
    (tmp_path / "provinces.csv").write_text("code,name\n98,PROVINSI UJI\n")
    (tmp_path / "regencies.csv").write_text("code,other\n98.01,x\n")
    with pytest.raises(Refused, match="E7004"):
        load(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM offices_region WHERE code = '98'")
        assert cursor.fetchone()[0] == 0
