"""Texts that went to workers, and the one-time codes that some of them carried."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class MessageState(models.TextChoices):
    QUEUED = "queued", "menunggu dikirim"
    SENT = "sent", "diterima gerbang SMS"
    FAILED = "failed", "gagal dikirim"


class Message(models.Model):
    """One text to one number. The number is sealed, beside it what a screen may show; the text is forgotten once it has been
    handed over or given up."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    purpose = models.TextField()
    """A key of ``console.PURPOSES``: consent_code, care_moved, agent_file, agent_licence."""
    agent_id = models.UUIDField(null=True)
    phone_sealed = models.BinaryField()
    phone_masked = models.TextField()
    body_sealed = models.BinaryField(null=True)
    state = models.TextField(choices=MessageState, default=MessageState.QUEUED)
    tries = models.SmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    good_until = models.DateTimeField()
    """After this it helps nobody any more, and is given up."""
    ended_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, default="")
    """Of the last try that failed: ``HTTP 503``, ``timeout``, ``too late`` ... never the gateway's own words."""
    reference = models.TextField(blank=True, default="")
    """What the gateway calls it."""

    class Meta:
        db_table = "messages_message"
        indexes = [
            models.Index(fields=["branch_id", "state", "id"], name="message_state", condition=~Q(state="sent")),
        ]


class Challenge(models.Model):
    """A one-time code that a worker reads out to say yes. Only its keyed hash is kept."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    device_id = models.UUIDField(null=True)
    message_id = models.UUIDField()
    phone_hash = models.BinaryField()
    code_hash = models.BinaryField()
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_by = models.UUIDField(null=True)
    """The enrolment that was consented to with it."""
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_challenge"
        indexes = [models.Index(fields=["branch_id", "message_id"], name="challenge_message")]
