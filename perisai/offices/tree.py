"""Reads of the office tree, for every room above."""

from perisai.offices.models import Office, OfficeKind

__all__ = ["Office", "OfficeKind", "above_branches", "branches_under"]


def branches_under(office_id: int) -> tuple[int, ...]:
    """Ids of the branches in an office's subtree, itself included, sorted. Carried by the GIN index on ``path``."""
    found = Office.objects.filter(path__contains=[office_id], kind=OfficeKind.BRANCH)
    return tuple(found.order_by("id").values_list("id", flat=True))


def above_branches() -> tuple[int, ...]:
    """Ids of head office and the region offices, sorted: a few dozen."""
    found = Office.objects.filter(kind__in=(OfficeKind.HEAD, OfficeKind.REGION))
    return tuple(found.order_by("id").values_list("id", flat=True))
