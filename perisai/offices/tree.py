"""Reads of the office tree, for every room above."""

from perisai.offices.models import Office, OfficeKind

__all__ = ["Office", "OfficeKind", "branches_under"]


def branches_under(office_id: int) -> tuple[int, ...]:
    """Ids of the branches in an office's subtree, itself included, sorted. Carried by the GIN index on ``path``."""
    found = Office.objects.filter(path__contains=[office_id], kind=OfficeKind.BRANCH)
    return tuple(found.order_by("id").values_list("id", flat=True))
