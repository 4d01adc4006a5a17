"""How an applicant without an account comes back: a signed link, and a code that can be written down."""

from typing import Final, NamedTuple
from uuid import UUID

from perisai.accounts.secret_link import SecretLinks

PATH: Final = "/daftar-kantor/saya/"
_LINKS: Final = SecretLinks("agency_application", path=PATH)

code_of = _LINKS.code_of
read_code = _LINKS.read_code
hash_of = _LINKS.hash_of


class Owner(NamedTuple):
    branch_id: int
    application_id: UUID


def make(owner: Owner) -> str:
    """The path of the applicant's own page."""
    return _LINKS.make(*owner)


def read(token: str) -> Owner | None:
    """Whose link it is; None where it is not one of ours."""
    found = _LINKS.read(token)
    return Owner(*found) if found else None
