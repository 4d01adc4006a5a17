"""Lists of invitations come as text, CSV or XLSX."""

import pytest

from perisai.errors import Refused
from perisai.recruitment import invitation
from perisai.tables.writing import Sheet, write_csv, write_xlsx

ROWS = [["Budi", "0812-3456-7890"], ["=Sari", "62 813 4567 8901"]]


@pytest.mark.parametrize("data", [write_csv(["Nama", "HP"], ROWS), write_xlsx(Sheet("a", ["Nama", "HP"], ROWS))])
def test_a_list_as_a_file_has_the_numbers_of_its_lines(data: bytes) -> None:
    rows = invitation.read(invitation.read_file(data))
    assert [(row.line, row.phone) for row in rows] == [(2, "+6281234567890"), (3, "+6281345678901")]


def test_a_list_that_cannot_be_read_is_refused_with_its_reason() -> None:
    with pytest.raises(Refused, match="E9111"):
        invitation.read_file(b"PK\x03\x04 broken")
