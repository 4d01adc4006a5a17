"""Agency offices for tests."""

from itertools import count

from tests.world import Branch, system_work

_ids = count(70_001)


def make_agency_office(branch: Branch) -> int:
    """An agency office under the branch, without an agreement."""
    office_id = next(_ids)
    with system_work(branch) as work:
        work.execute(
            "INSERT INTO offices_office (id, kind, parent_id, branch_id, path, code, name, timezone, province_code, regencies,"
            " address, is_demo, is_open) VALUES (%s, 'agency', %s, %s, %s, %s, %s, 'Asia/Jakarta', '15', '{}', '', true, true)",
            [office_id, branch.id, branch.id, [branch.id, office_id], f"KP-{office_id}", f"Kantor Perisai {office_id}"],
        )
    return office_id
