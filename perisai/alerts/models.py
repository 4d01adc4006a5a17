"""Tables of alerts."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class Alert(models.Model):
    """Something that was found and still holds, or held until ``closed_at``. No more than one of a kind and subject is open.

    ``level`` and ``key`` name what it is about: ``b`` the branch, ``a`` an agent, ``k`` a bank. ``facts``: numbers, days and ids
    for its text, never a name.
    """

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    kind = models.TextField()
    level = models.CharField(max_length=1)
    key = models.TextField()
    tone = models.TextField()
    facts = models.JSONField()
    raised_at = models.DateTimeField()
    waits_since = models.DateTimeField(null=True)
    """Since when its present step waits for an answer; null: since it was raised."""
    found_at = models.DateTimeField()
    """When it was last found to hold."""
    seen_by = models.UUIDField(null=True)
    seen_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    is_untold = models.BooleanField(default=False, db_default=False)
    """Waits for the branch's next decent hour, to be written about with all else that was found by then."""

    class Meta:
        db_table = "alerts_alert"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "kind", "level", "key"],
                condition=Q(closed_at__isnull=True),
                name="alert_open_once",
            ),
            models.CheckConstraint(condition=Q(level__in=["b", "a", "k"]), name="alert_level"),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="alert_seen_by",
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "-raised_at"], name="alert_newest"),
            models.Index(fields=["branch_id"], name="alert_untold", condition=Q(is_untold=True)),
        ]


class Step(models.Model):
    """An alert that nobody answered was raised to the office above: once a step."""

    pk = models.CompositePrimaryKey("branch_id", "alert_id", "role")
    branch_id = models.IntegerField()
    alert_id = models.UUIDField()
    role = models.TextField()
    """Of whom it was raised to: branch_head, region, head_office."""
    at = models.DateTimeField()
    is_untold = models.BooleanField(default=False, db_default=False)
    """As of an alert."""

    class Meta:
        db_table = "alerts_step"
        indexes = [models.Index(fields=["branch_id"], name="step_untold", condition=Q(is_untold=True))]


class Way(models.Model):
    """How somebody wants to be told, where it is not by e-mail. As users are, no branch's row.

    Nothing but a code goes to a number before ``confirmed_at``; ``code_*`` are of the code that waits to be written back.
    """

    user_id = models.UUIDField(primary_key=True)
    kind = models.TextField(choices=[("whatsapp", "WhatsApp"), ("sms", "SMS")])
    phone_sealed = models.BinaryField()
    phone_masked = models.TextField()
    changed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    code_hash = models.BinaryField(null=True)
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "alerts_way"
        constraints = [models.CheckConstraint(condition=Q(kind__in=["whatsapp", "sms"]), name="way_kind")]


class Setting(models.Model):
    """What a branch set otherwise than ``rules/alerts.yaml`` for a kind. ``figures`` holds only what differs."""

    pk = models.CompositePrimaryKey("branch_id", "kind")
    branch_id = models.IntegerField()
    kind = models.TextField()
    is_on = models.BooleanField(default=True)
    figures = models.JSONField(default=dict)
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "alerts_setting"
