"""What the phone sends as an enrolment, read and checked by form. Pure: no database, no clock."""

from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from perisai.contributions.rules.in_force import load, text_hash
from perisai.errors import Refused

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
Word = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9._-]+$")]
"""Fit to be told back in an answer and kept with it: nothing that a column of text or JSON cannot hold."""
Digits16 = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Job(_Part):
    code: Annotated[str, StringConstraints(max_length=60)]


class HeirEntry(_Part):
    name: Line
    relation: Literal["spouse", "child", "parent", "sibling", "other"]


class ConsentEntry(_Part):
    purpose: Word
    version: Word
    sha256: Sha256
    given: bool


class Witness(_Part):
    """Who saw somebody agree who cannot write."""

    name: Line
    relation: Literal["family", "neighbour", "coordinator", "other"]


class Signature(_Part):
    """How the worker agreed. ``code`` is the one-time code that they read out; it is never kept."""

    kind: Literal["typed", "drawn", "thumb", "spoken"]
    name: Line | None = None
    svg: Annotated[str, StringConstraints(max_length=8192, pattern=r"^[MmLlHhVvCcQqZz0-9 .,\-]*$")] | None = None
    witness: Witness | None = None
    challenge: UUID | None = None
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,8}$")] | None = None

    @field_validator("svg")
    @classmethod
    def _not_blank(cls, value: str | None) -> str | None:
        return value or None


class PhotoEntry(_Part):
    sha256: Sha256
    size: Annotated[int, Field(gt=0, le=2 * 1024 * 1024)]
    type: Literal["image/jpeg", "image/webp"]


class PriceShown(_Part):
    first_month: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")]
    total: Annotated[int, Field(ge=0, le=10**9)]


class Entry(_Part):
    """The body of an ``enrol`` op (device protocol, section 8)."""

    nik: str
    kk: Digits16 | None = None
    name: Line
    birth_place: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")] | None = None
    birth_date: date
    birth_known: Literal["day", "month", "year", "estimate"] = "day"
    sex: Literal["F", "M"]
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")] | None = None
    phone_owner: Literal["own", "family", "other", "none"] = "none"
    phone_whose: (
        Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=r"^[^\x00-\x1f]*$")] | None
    ) = None
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$")] | None = None
    address: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")] = ""
    region: Annotated[str, StringConstraints(pattern=r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$")]
    jobs: Annotated[list[Job], Field(min_length=1, max_length=10)]
    income: Annotated[int, Field(ge=0, le=10**9)]
    employs_others: bool = False
    programmes: Annotated[list[Literal["JKK", "JKM", "JHT"]], Field(min_length=2, max_length=3)]
    months: Annotated[int, Field(ge=1, le=12)]
    """The table's own bound; the rules of the day may be narrower."""
    heirs: Annotated[list[HeirEntry], Field(max_length=5)] = []
    consents: Annotated[list[ConsentEntry], Field(min_length=1, max_length=10)]
    signature: Signature
    id_card: PhotoEntry | None = None
    id_card_by: date | None = None
    """Without a picture: the day until which the agent will bring it."""
    payment_code: Word | None = None
    """The leased code that the worker left with."""
    series: UUID | None = None
    group: UUID | None = None
    """The group that they are enrolled with; one that the branch does not know (yet) is left out."""
    price_shown: PriceShown | None = None
    warnings: Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(max_length=20)] = []

    @property
    def wants_photo(self) -> bool:
        """Without this consent no picture of the ID card is kept, whatever was taken."""
        return any(consent.purpose == "photo" and consent.given for consent in self.consents)

    @property
    def transport(self) -> bool:
        """By the first job, whatever the phone says (PP 50/2025 keys on the sector)."""
        return load().sectors[self.jobs[0].code] == "transport"


def read(body: Any) -> Entry:
    """Raises ``Refused`` E3001 with the field that is missing or wrong."""
    try:
        entry = Entry.model_validate(body)
    except ValidationError as error:
        where = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused("E3001", field=".".join(str(part) for part in where) or "body") from None
    _check_rules(entry)
    return entry


def _check_rules(entry: Entry) -> None:
    sectors = load().sectors
    if any(job.code not in sectors for job in entry.jobs):
        raise Refused("E3001", field="jobs")
    check_agreed(entry.consents, entry.signature)


def check_agreed(consents: list[ConsentEntry], signature: Signature) -> None:
    """A wording that was released, and a sign of one's own. Raises ``Refused`` E3001 with the field."""
    _check_signature(signature)
    seen: set[str] = set()
    for given in consents:
        known = _known_consents().get((given.purpose, given.version))
        if (
            known is None
            or given.purpose in seen
            or given.sha256 not in known.hashes
            or (known.required and not given.given)
        ):
            raise Refused("E3001", field=f"consents.{given.purpose}")
        seen.add(given.purpose)
    if "enrolment" not in seen:
        raise Refused("E3001", field="consents.enrolment")


def _check_signature(signed: Signature) -> None:
    if signed.name is None and signed.svg is None:
        raise Refused("E3001", field="signature")
    if signed.kind == "thumb":
        if signed.svg is None:
            raise Refused("E3001", field="signature.svg")
        if signed.witness is None:
            raise Refused("E3001", field="signature.witness")
    if signed.kind == "spoken" and (signed.challenge is None or signed.code is None):
        raise Refused("E3001", field="signature.code")


class _Known(NamedTuple):
    required: bool
    hashes: frozenset[str]


@cache
def _known_consents() -> dict[tuple[str, str], _Known]:
    """Every wording ever released, by purpose and version, with the hashes of its two languages."""
    return {
        (c.purpose, c.version): _Known(c.required, frozenset({text_hash(c.text.id), text_hash(c.text.en)}))
        for c in load().consents
    }
