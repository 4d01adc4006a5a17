"""Villages by their name, for forms of staff: nobody knows a code by heart."""

from typing import Final, LiteralString, NamedTuple

from perisai.events.work import Work

MOST: Final = 12

# Carried by region_name_trgm; the district and the regency by the primary key.
_SEARCH: LiteralString = """
SELECT v.code, v.name, coalesce(d.name, ''), coalesce(r.name, '') FROM offices_region v
LEFT JOIN offices_region d ON d.code = v.parent_code
LEFT JOIN offices_region r ON r.code = d.parent_code
WHERE v.level = 4 AND (v.code = %(text)s OR v.name ILIKE %(like)s) AND (%(province)s = '' OR v.code LIKE %(province)s || '.%%')
ORDER BY v.code = %(text)s DESC, lower(v.name) = lower(%(text)s) DESC, similarity(v.name, %(text)s) DESC, v.code LIMIT %(most)s
"""
_PROVINCE: LiteralString = "SELECT province_code FROM offices_office WHERE id = %s"


class Village(NamedTuple):
    code: str
    name: str
    district: str
    regency: str

    @property
    def label(self) -> str:
        return ", ".join(name for name in (self.name, self.district, self.regency) if name)


def search(work: Work, *, branch_id: int | None, text: str, most: int = MOST) -> list[Village]:
    """Villages of the branch's province (of the country where there is no branch) whose name has the text in it, or whose code it
    is. Nothing for less than two letters."""
    asked = " ".join(text.replace("\x00", "").split())[:60]
    if len(asked) < 2:
        return []
    row = work.row(_PROVINCE, [branch_id]) if branch_id else None
    province = (row[0] or "") if row else ""
    like = "%" + asked.replace("\\", "").replace("%", "").replace("_", " ") + "%"
    params = {"text": asked, "like": like, "province": province, "most": most}
    return [Village(*found) for found in work.rows(_SEARCH, params)]
