"""Months of a branch's ledger that are closed."""

from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


class Period(models.Model):
    """One close of a month. Only the columns about its reopening are ever filled in later, once; closing the month again is
    another row. ``sha256`` covers the rest and the row before: the closes of a branch are a chain."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    month = models.DateField()
    ends_at = models.DateTimeField()
    """The first instant of the next month at the branch. No entry is dated before it while this close stands."""
    closed_at = models.DateTimeField()
    closed_by = models.UUIDField(null=True)
    balance = models.JSONField()
    """[{"account", "debit", "credit"}, ...] of all entries before ``ends_at``; rupiah."""
    entries = models.BigIntegerField()
    """How many those are."""
    listed = models.JSONField(default=list)
    """What was not decided and was listed at the close: [{"notification", "amount"}, ...]."""
    note = models.TextField(blank=True, default="")
    previous = models.BinaryField(null=True)
    sha256 = models.BinaryField()
    reopen_asked_at = models.DateTimeField(null=True)
    reopen_asked_by = models.UUIDField(null=True)
    reopen_reason = models.TextField(blank=True, default="")
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_period"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "month"], condition=Q(reopened_at__isnull=True), name="period_closed_once"
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True)
                | (
                    Q(reopen_asked_by__isnull=False)
                    & Q(reopened_by__isnull=False)
                    & ~Q(reopened_by=F("reopen_asked_by"))
                ),
                name="period_reopened_by_two",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "ends_at"], name="period_standing", condition=Q(reopened_at__isnull=True))
        ]
