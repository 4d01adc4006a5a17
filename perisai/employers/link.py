"""An employer's personal link: its own page, for somebody without an account. Another link ends the one before, and each ends by
itself."""

from datetime import date, timedelta
from typing import Final, LiteralString, NamedTuple
from uuid import UUID

from django.conf import settings

from perisai.accounts.secret_link import SecretLinks
from perisai.employers.employer import lock
from perisai.errors import Refused
from perisai.events.ids import uuid7
from perisai.events.work import Work, branch_day

PATH: Final = "/usaha/"
GOOD_FOR: Final = timedelta(days=180)
LINKS: Final = SecretLinks("employer", path=PATH)

# Carried by employer_link.
_OWNER: LiteralString = """
SELECT e.id, e.link_until, o.timezone FROM employers_employer e JOIN offices_office o ON o.id = e.branch_id
WHERE e.branch_id = %s AND e.link_id = %s AND e.state = 'active'
"""


class Owner(NamedTuple):
    """Whose page it is."""

    branch_id: int
    employer_id: UUID
    timezone: str


def make(work: Work, *, branch_id: int, employer_id: UUID, today: date) -> tuple[str, date]:
    """(whole address, last day). Raises E1004, E4413."""
    known = lock(work, branch_id=branch_id, employer_id=employer_id)
    link_id, until = uuid7(), today + GOOD_FOR
    work.execute(
        "UPDATE employers_employer SET link_id = %s, link_until = %s WHERE branch_id = %s AND id = %s",
        [link_id, until, branch_id, known.id],
    )
    return f"{settings.ORIGIN}{LINKS.make(branch_id, link_id)}", until


def require_owner(work: Work, *, branch_id: int, link_id: UUID) -> Owner:
    """Raises E4412 where a newer link took its place, its day is over, or the employer has closed."""
    row = work.row(_OWNER, [branch_id, link_id])
    if row is None or row[1] is None or branch_day(work.now, row[2]) > row[1]:
        raise Refused("E4412")
    return Owner(branch_id, row[0], row[2])
