"""What the phone sends as a wage earner of an employer, read and checked by form. Pure: no database, no clock."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from perisai.contributions.rules.in_force import load
from perisai.errors import Refused
from perisai.members.enrolments.entry import ConsentEntry, Digits16, HeirEntry, Line, Signature, check_agreed

Region = Annotated[str, StringConstraints(pattern=r"^\d{2}\.\d{2}\.\d{2}\.\d{4}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{7,14}$")]
MonthText = Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class WageEntry(BaseModel):
    """``amounts``: one for a month or a day; of piece work the last months', oldest first. Rupiah."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: Literal["monthly", "daily", "piece"]
    amounts: Annotated[list[Annotated[int, Field(gt=0, le=10**9)]], Field(min_length=1, max_length=12)]


class WorkerEntry(BaseModel):
    """The body of a ``worker`` op (device protocol): one worker of one employer, who agrees for themselves."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    employer: UUID
    nik: Annotated[str, StringConstraints(max_length=32)]
    kk: Digits16 | None = None
    name: Line
    birth_place: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f]*$")] = ""
    birth_date: date
    birth_known: Literal["day", "month", "year", "estimate"] = "day"
    sex: Literal["F", "M"]
    phone: Phone | None = None
    phone_owner: Literal["own", "family", "other", "none"] = "none"
    address: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00-\x08\x0b-\x1f]*$")] = ""
    region: Region
    job: Annotated[str, StringConstraints(max_length=60)]
    wage: WageEntry
    from_month: MonthText | None = None
    heirs: Annotated[list[HeirEntry], Field(max_length=5)] = []
    consents: Annotated[list[ConsentEntry], Field(min_length=1, max_length=10)]
    signature: Signature
    price_shown: Annotated[int, Field(ge=0, le=10**9)] | None = None
    series: UUID | None = None


def read(body: Any) -> WorkerEntry:
    """Raises ``Refused`` E3001 with the field that is missing or wrong."""
    try:
        entry = WorkerEntry.model_validate(body)
    except ValidationError as error:
        where = error.errors(include_url=False, include_input=False)[0]["loc"]
        raise Refused("E3001", field=".".join(str(part) for part in where) or "body") from None
    if entry.job not in load().sectors:
        raise Refused("E3001", field="job")
    check_agreed(entry.consents, entry.signature)
    return entry
