"""The file of an agent: measures, documents, appeals, absences, proposals to end idle agents, and hand-overs of members."""

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


class MeasureKind(models.TextChoices):
    WARNING = "warning", "peringatan"
    REMEDIAL = "remedial", "pelatihan ulang"
    SUSPENSION = "suspension", "diskors"
    REINSTATEMENT = "reinstatement", "diaktifkan kembali"
    ENDING = "ending", "pengakhiran"


class Measure(models.Model):
    """What was decided about an agent. A row stays as it was decided; what became of it is added in the columns at the end."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    kind = models.TextField(choices=MeasureKind)
    reason = models.TextField()
    """A key of ``words.REASONS``."""
    text_sealed = models.BinaryField(null=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    """Last day of a suspension; null while nobody set one."""
    appeal_until = models.DateField(null=True)
    """Last day for an appeal; null where there is nothing to appeal against."""
    course_id = models.UUIDField(null=True)
    assignment_id = models.UUIDField(null=True)
    """Of remedial training."""
    to_agent_id = models.UUIDField(null=True)
    """Of an ending: who gets the members; null is the branch."""
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField()
    carried_out_at = models.DateTimeField(null=True)
    """Of an ending on a later day: when it was done."""
    ended_at = models.DateTimeField(null=True)
    """The course was completed, or the suspension is over."""
    lifted_at = models.DateTimeField(null=True)
    """An appeal was right, or an ending was lifted before its day."""

    class Meta:
        db_table = "supervision_measure"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=MeasureKind.values), name="measure_kind"),
            models.UniqueConstraint(
                fields=["branch_id", "agent_id"],
                condition=Q(kind="ending", lifted_at__isnull=True),
                name="measure_one_ending",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "agent_id", "decided_at"], name="measure_agent"),
            models.Index(
                fields=["branch_id", "kind"],
                name="measure_under_way",
                condition=Q(
                    ended_at__isnull=True, lifted_at__isnull=True, kind__in=["remedial", "suspension", "ending"]
                ),
            ),
        ]


class Document(models.Model):
    """A paper in the file, sealed. ``about_id`` is the measure, appeal or absence it belongs to."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    about_id = models.UUIDField()
    name_sealed = models.BinaryField()
    media_type = models.TextField()
    size = models.IntegerField()
    sealed = models.BinaryField()
    added_by = models.UUIDField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        db_table = "supervision_document"
        indexes = [models.Index(fields=["branch_id", "agent_id", "about_id"], name="supervision_document_about")]


class Appeal(models.Model):
    """Against one measure, once. Whoever imposed the measure never decides it: the table says so."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    measure_id = models.UUIDField()
    imposed_by = models.UUIDField(null=True)
    text_sealed = models.BinaryField()
    filed_by = models.UUIDField(null=True)
    filed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.TextField(null=True)
    answer_sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "supervision_appeal"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "measure_id"], name="appeal_once"),
            models.CheckConstraint(
                condition=Q(outcome__isnull=True) | Q(outcome__in=["upheld", "lifted"]), name="appeal_outcome"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(imposed_by__isnull=True) | ~Q(decided_by=F("imposed_by")),
                name="appeal_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "filed_at"], name="appeal_open", condition=Q(decided_at__isnull=True)),
            models.Index(fields=["branch_id", "agent_id"], name="appeal_agent"),
        ]


class Absence(models.Model):
    """Days on which an agent is on leave or ill, never twice on one day, and who stands in."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    kind = models.TextField(choices=[("leave", "cuti"), ("illness", "sakit")])
    during = DateRangeField()
    substitute_id = models.UUIDField(null=True)
    handover_id = models.UUIDField(null=True)
    recorded_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "supervision_absence"
        constraints = [models.CheckConstraint(condition=Q(kind__in=["leave", "illness"]), name="absence_kind")]


class IdleState(models.TextChoices):
    OPEN = "open", "menunggu keputusan"
    WITHDRAWN = "withdrawn", "ditarik"
    KEPT = "kept", "dipertahankan"
    ENDED = "ended", "diakhiri"


class IdleProposal(models.Model):
    """An agent without acquisition in ``months``: announced, then decided by a person."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    months = ArrayField(models.DateField())
    announced_on = models.DateField()
    decide_from = models.DateField()
    state = models.TextField(choices=IdleState, default=IdleState.OPEN)
    reason = models.TextField(blank=True, default="")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    measure_id = models.UUIDField(null=True)

    class Meta:
        db_table = "supervision_idle"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "agent_id"], condition=Q(state="open"), name="idle_one_open"),
        ]
        indexes = [models.Index(fields=["branch_id", "agent_id", "announced_on"], name="idle_agent")]


class Handover(models.Model):
    """One act by which members went from one agent to another; no agent is the branch itself."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    from_agent_id = models.UUIDField(null=True)
    to_agent_id = models.UUIDField(null=True)
    from_month = models.DateField()
    until_month = models.DateField(null=True)
    members = models.IntegerField()
    reason = models.TextField()
    """A key of ``words.HANDOVERS``."""
    by = models.UUIDField(null=True)
    at = models.DateTimeField()
    undoes = models.UUIDField(null=True)
    """The hand-over whose members this one hands back."""
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "supervision_handover"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "undoes"], condition=Q(undoes__isnull=False), name="handover_undone_once"
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "from_agent_id", "at"], name="handover_from"),
            models.Index(fields=["branch_id", "to_agent_id", "at"], name="handover_to"),
        ]
