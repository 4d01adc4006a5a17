"""Verbs on the office tree: the only writers of its table."""

from collections.abc import Sequence
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from perisai.errors import Refused
from perisai.events.work import Work
from perisai.offices.models import Office, OfficeKind

PARENT_KINDS: dict[OfficeKind, tuple[OfficeKind, ...]] = {
    OfficeKind.HEAD: (),
    OfficeKind.REGION: (OfficeKind.HEAD,),
    OfficeKind.BRANCH: (OfficeKind.REGION,),
    OfficeKind.SUB_BRANCH: (OfficeKind.BRANCH,),
    OfficeKind.AGENCY: (OfficeKind.BRANCH, OfficeKind.SUB_BRANCH),
}
_BRANCHES = (OfficeKind.BRANCH, OfficeKind.SUB_BRANCH, OfficeKind.AGENCY)


def create_office(
    work: Work,
    *,
    id: int,  # noqa: A002 - the column's name
    kind: OfficeKind | str,
    code: str,
    name: str,
    parent: Office | None = None,
    timezone: str | None = None,
    province_code: str | None = None,
    regencies: Sequence[str] = (),
    address: str = "",
    is_demo: bool = False,
) -> Office:
    """A new office under ``parent``; time zone and province are the parent's unless given. A branch also gets its position
    (number 0), which makes it part of the nation's scope. Raises ``Refused`` E7001, E7002, E7003."""
    kind = OfficeKind(kind)
    _check_parent(kind, parent)
    zone = timezone or (parent.timezone if parent else "Asia/Jakarta")
    _check_fields(code=code, name=name, timezone=zone, regencies=regencies)
    branch_id = id if kind is OfficeKind.BRANCH else (parent.branch_id if parent and kind in _BRANCHES else None)
    office = Office(
        id=id,
        kind=kind,
        parent=parent,
        branch_id=branch_id,
        path=[*(parent.path if parent else []), id],
        code=code.strip(),
        name=name.strip(),
        timezone=zone,
        province_code=province_code or (parent.province_code if parent else None),
        regencies=sorted(regencies),
        address=address.strip(),
        is_demo=is_demo,
    )
    if Office.objects.filter(pk=id).exists():
        raise Refused("E7001")
    _save(office, is_new=True)
    if kind is OfficeKind.BRANCH:
        work.execute("INSERT INTO events_position (branch_id, number) VALUES (%s, 0) ON CONFLICT DO NOTHING", [id])
    return office


def edit_office(
    work: Work,
    *,
    office: Office,
    code: str,
    name: str,
    timezone: str,
    regencies: Sequence[str] = (),
    address: str = "",
    is_open: bool = True,
) -> Office:
    """Changes what may change: never number, kind or parent, for records carry them. Raises ``Refused`` E7001, E7003."""
    _check_fields(code=code, name=name, timezone=timezone, regencies=regencies)
    office.code, office.name, office.timezone = code.strip(), name.strip(), timezone
    office.regencies, office.address, office.is_open = sorted(regencies), address.strip(), is_open
    _save(office, is_new=False)
    return office


def next_id(parent: Office) -> int:
    """A free number for an office under ``parent``: the highest number of the tree's part, plus one."""
    last = Office.objects.order_by("-id").values_list("id", flat=True).first()
    return max(parent.id, last or 0) + 1


def _check_parent(kind: OfficeKind, parent: Office | None) -> None:
    allowed = PARENT_KINDS[kind]
    if (parent is None) != (not allowed) or (parent is not None and parent.kind not in allowed):
        raise Refused("E7002")


def _check_fields(*, code: str, name: str, timezone: str, regencies: Sequence[str]) -> None:
    if not code.strip() or len(code) > 20:
        raise Refused("E7003", field="code")
    if not name.strip() or len(name) > 120:
        raise Refused("E7003", field="name")
    if timezone not in available_timezones():
        raise Refused("E7003", field="timezone")
    for regency in regencies:
        parts = regency.split(".")
        if len(parts) != 2 or not all(part.isdigit() and len(part) == 2 for part in parts):
            raise Refused("E7003", field="regencies")


def _save(office: Office, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            office.save(force_insert=is_new)
    except IntegrityError as error:
        raise Refused("E7001") from error
