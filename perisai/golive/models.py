"""Workbooks with which a branch that already has agents begins here, and the certificates that came with them."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class FileState(models.TextChoices):
    CHECKING = "checking", "diperiksa"
    WRONG = "wrong", "ada yang salah"
    READY = "ready", "siap diimpor"
    IMPORTING = "importing", "sedang diimpor"
    IMPORTED = "imported", "sudah diimpor"


class File(models.Model):
    """One workbook that was sent. Its content is kept encrypted until it is imported or another takes its place."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    name = models.TextField()
    sha256 = models.BinaryField()
    size = models.IntegerField()
    content_sealed = models.BinaryField(null=True)
    state = models.TextField(choices=FileState, default=FileState.CHECKING)
    counts = models.JSONField(default=dict)
    """Rows by sheet: {"offices": 2, ...}."""
    problems = models.JSONField(default=list)
    """[[sheet, row or null, column or null, key of ``labels.PROBLEMS``, detail], ...]; nothing about a person."""
    progress = models.SmallIntegerField(default=0)
    """Percent of the work that is going on."""
    begun_at = models.DateTimeField()
    """When the work that goes on, or went on last, was asked for."""
    sent_at = models.DateTimeField()
    sent_by = models.UUIDField(null=True)
    imported_at = models.DateTimeField(null=True)
    imported_by = models.UUIDField(null=True)

    class Meta:
        db_table = "golive_file"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="golive_file_state_known"),
            models.UniqueConstraint(
                fields=["branch_id", "sha256"], condition=Q(state="imported"), name="golive_file_once"
            ),
        ]
        indexes = [models.Index(fields=["branch_id", "sent_at"], name="golive_file_sent")]


class Certificate(models.Model):
    """A certificate that an agent brought from before. Append-only."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    number = models.TextField()
    dated_on = models.DateField(null=True)
    file_id = models.UUIDField()
    old_code = models.TextField()
    """The agent's code before."""
    exam_number = models.TextField(default="", db_default="")
    """Of the examination; ``number`` is that of the training."""
    examined_on = models.DateField(null=True)

    class Meta:
        db_table = "golive_certificate"
        indexes = [
            models.Index(fields=["branch_id", "agent_id"], name="golive_certificate_of"),
            models.Index(fields=["branch_id", "file_id"], name="golive_certificate_file"),
            models.Index(fields=["branch_id", "old_code"], name="golive_certificate_old"),
        ]


class Agent(models.Model):
    """Who an imported agent is: NIK and bank account as a candidate has them, sealed; the hash is in the country's registry."""

    pk = models.CompositePrimaryKey("branch_id", "agent_id")
    branch_id = models.IntegerField()
    agent_id = models.UUIDField()
    file_id = models.UUIDField()
    nik_sealed = models.BinaryField()
    nik_hash = models.BinaryField()
    nik_masked = models.TextField()
    bank = models.TextField()
    account_sealed = models.BinaryField(null=True)
    account_masked = models.TextField()
    account_holder = models.TextField()

    class Meta:
        db_table = "golive_agent"
        indexes = [models.Index(fields=["branch_id", "file_id"], name="golive_agent_file")]


class OfficeLogin(models.Model):
    """The login that an imported agency office got; its first password is made when it is handed out."""

    pk = models.CompositePrimaryKey("branch_id", "office_id")
    branch_id = models.IntegerField()
    office_id = models.IntegerField()
    file_id = models.UUIDField()
    user_id = models.UUIDField()

    class Meta:
        db_table = "golive_office_login"
        indexes = [models.Index(fields=["branch_id", "file_id"], name="golive_login_file")]
