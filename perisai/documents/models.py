"""Papers that were made, by number, so that anybody can check one; and files that were exported."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class PaperKind(models.TextChoices):
    RECEIPT = "receipt", "kuitansi"
    BILL = "bill", "tagihan"
    ORDER = "order", "tagihan bersama"
    YEAR = "year", "pernyataan tahunan"
    SPONSOR = "sponsor", "laporan kepada pembayar"
    CASH = "cash", "tanda terima tunai"


class Paper(models.Model):
    """One paper by what it says: made again it is the same row, and a later one that says something else is another. Nothing of a
    person is kept here."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField()
    """From kind, subject and what it says: the same paper has the same id and number."""
    kind = models.TextField(choices=PaperKind)
    subject_id = models.UUIDField()
    """The payment, bill, order, enrolment, sponsor or receipt for cash."""
    code_hash = models.BinaryField()
    amount = models.BigIntegerField()
    first_month = models.DateField(null=True)
    last_month = models.DateField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "documents_paper"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="paper_kind"),
            models.UniqueConstraint(fields=["branch_id", "code_hash"], name="paper_code"),
        ]


class ExportState(models.TextChoices):
    WAITING = "waiting", "menunggu"
    RUNNING = "running", "berjalan"
    READY = "ready", "siap"
    FAILED = "failed", "gagal"
    DELETED = "deleted", "dihapus"


class Export(models.Model):
    """A file that somebody asked for. Outside row-level security: it may span branches, and is its owner's alone."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    owner_id = models.UUIDField()
    office_id = models.IntegerField()
    what = models.TextField()
    form = models.TextField(choices=[("xlsx", "XLSX"), ("parquet", "Parquet")])
    branches = ArrayField(models.IntegerField(), null=True)
    """Null: every branch of the nation."""
    sub_branch_id = models.IntegerField(null=True)
    agency_office_id = models.IntegerField(null=True)
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.TextField(blank=True, default="")
    """Why whole NIKs are in it, a key of ``exports.REASONS``; empty: they are masked."""
    purpose = models.TextField(blank=True, default="", db_default="")
    """Why an auditor took it, a key of ``export.REASONS``; empty for staff, whose work it is."""
    language = models.CharField(max_length=2, default="id")
    state = models.TextField(choices=ExportState, default=ExportState.WAITING)
    rows_done = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    """The last sign of life of whoever makes it."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "documents_export"
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id"], condition=Q(state__in=["waiting", "running"]), name="export_one_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["owner_id", "asked_at"], name="export_owner")]
