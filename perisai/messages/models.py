"""Texts that went to people, the ways they went, what they cost, and the one-time codes that some of them carried."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class MessageState(models.TextChoices):
    QUEUED = "queued", "menunggu dikirim"
    SENT = "sent", "diterima gerbang SMS"
    FAILED = "failed", "gagal dikirim"
    DROPPED = "dropped", "tidak perlu dikirim"


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
    email_sealed = models.BinaryField(null=True)
    urgency = models.SmallIntegerField(default=0, db_default=0)
    """0: at once and whatever it costs (codes, what an office decided); 1: urgent, 2, 3: within hours and budget."""
    not_before = models.DateTimeField(null=True)
    """Held until then: quiet hours."""
    channel = models.TextField(blank=True, default="", db_default="")
    """The one that took it."""
    cost = models.IntegerField(default=0, db_default=0)
    """Rupiah."""

    class Meta:
        db_table = "messages_message"
        indexes = [
            models.Index(fields=["branch_id", "state", "id"], name="message_state", condition=~Q(state="sent")),
        ]


class ChannelKind(models.TextChoices):
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"
    EMAIL = "email", "e-mail"


class Provider(models.TextChoices):
    OPERATOR = "operator", "gerbang SMS bersama"
    HTTP = "http", "gerbang HTTP sendiri"
    APPRISE = "apprise", "layanan pesan"


class Channel(models.Model):
    """One way by which a branch writes to people. A branch without rows writes by the operator's SMS gateway."""

    pk = models.CompositePrimaryKey("branch_id", "kind")
    branch_id = models.IntegerField()
    kind = models.TextField(choices=ChannelKind)
    position = models.SmallIntegerField()
    """Order of fallback: the lowest is tried first."""
    is_on = models.BooleanField(default=True)
    provider = models.TextField(choices=Provider)
    settings_sealed = models.BinaryField(null=True)
    """JSON: ``{"url": ...}`` of an apprise service, or ``{"url", "headers", "body"}`` of an HTTP gateway."""
    cost = models.IntegerField()
    """Rupiah a message."""
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "messages_channel"
        constraints = [models.CheckConstraint(condition=Q(cost__gte=0, cost__lte=100_000), name="channel_cost")]


class Settings(models.Model):
    """A branch's own budget and hours; null is what ``rules/messages.yaml`` says."""

    branch_id = models.IntegerField(primary_key=True)
    budget = models.BigIntegerField(null=True)
    """Rupiah a month."""
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    ramadan_opens = models.TimeField(null=True)
    ramadan_closes = models.TimeField(null=True)
    on_sundays = models.BooleanField(null=True)
    on_holidays = models.BooleanField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "messages_settings"
        constraints = [models.CheckConstraint(condition=Q(budget__gte=0), name="settings_budget")]


class Spent(models.Model):
    """What a branch's messages of a month cost so far, rupiah. The row is the lock of the budget."""

    pk = models.CompositePrimaryKey("branch_id", "month")
    branch_id = models.IntegerField()
    month = models.DateField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "messages_spent"
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="spent_amount")]


class Preference(models.Model):
    """What whoever holds a number wants, found by the number's keyed hash: nothing more, one channel first, or a language."""

    pk = models.CompositePrimaryKey("branch_id", "phone_hash")
    branch_id = models.IntegerField()
    phone_hash = models.BinaryField()
    is_stopped = models.BooleanField(default=False)
    prefers = models.TextField(blank=True, default="")
    """A kind of channel; empty: the branch's order."""
    language = models.TextField(blank=True, default="", db_default="")
    """``id`` or ``en``; empty: not known, and so Indonesian."""
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "messages_preference"


class Try(models.Model):
    """One handing over of a message to one channel."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    message_id = models.UUIDField()
    channel = models.TextField(choices=ChannelKind)
    at = models.DateTimeField()
    is_taken = models.BooleanField()
    cost = models.IntegerField()
    """Rupiah; 0 where it was not taken."""
    problem = models.TextField(blank=True, default="")
    reference = models.TextField(blank=True, default="")

    class Meta:
        db_table = "messages_try"
        indexes = [models.Index(fields=["branch_id", "message_id"], name="try_message")]


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
