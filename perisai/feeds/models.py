"""Tables of feeds: who reads by which key, where events are sent to, and how far each of them has come."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from perisai.events.defaults import Uuid7


class Key(models.Model):
    """A system that reads, and whom to ask about it. It is found by its secret before any scope is known, and it may be of the
    nation, so it is no branch's row; who made and ended it stays on it."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    office = models.ForeignKey("offices.Office", models.PROTECT, related_name="+")
    """Head office, a region or a branch: its part of the country may be read."""
    name = models.TextField()
    contact = models.TextField()
    may = ArrayField(models.TextField())
    """What may be read: ``key.PARTS``."""
    per_minute = models.IntegerField()
    expires_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.UUIDField(null=True)

    class Meta:
        db_table = "feeds_key"
        constraints = [models.CheckConstraint(condition=models.Q(per_minute__gt=0), name="key_rate")]


class KeySecret(models.Model):
    """What a key is shown by; only its keyed hash is kept. Two are good while one takes the other's place."""

    hash = models.BinaryField(primary_key=True)
    key = models.ForeignKey(Key, models.PROTECT, related_name="+")
    hint = models.TextField()
    """Its last characters, to tell two apart."""
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "feeds_key_secret"


class KeyUse(models.Model):
    """How often a key read a part on a day (UTC): a count, no list of what was asked."""

    pk = models.CompositePrimaryKey("key_id", "day", "part")
    key_id = models.UUIDField()
    day = models.DateField()
    part = models.TextField()
    answered = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()

    class Meta:
        db_table = "feeds_key_use"


class State(models.TextChoices):
    ON = "on", "aktif"
    OFF = "off", "mati"
    PAUSED = "paused", "dihentikan karena gagal"
    ENDED = "ended", "diakhiri"


class Subscription(models.Model):
    """Where events of a part of the country are sent to. As with keys, no branch's row."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    office = models.ForeignKey("offices.Office", models.PROTECT, related_name="+")
    name = models.TextField()
    contact = models.TextField()
    address = models.TextField()
    kinds = ArrayField(models.TextField())
    """Kinds of event; empty: all."""
    state = models.TextField(choices=State, default=State.ON)
    secret_sealed = models.BinaryField()
    """Empty of one that has ended."""
    old_secret_sealed = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)
    """Until then both sign."""
    round = models.IntegerField(default=0)
    """Goes up with each replay, so that a message sent anew is a new message; its events keep their ids."""
    tries = models.IntegerField(default=0)
    """Failures since the last success, of any branch."""
    next_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    test_asked_at = models.DateTimeField(null=True)
    test_at = models.DateTimeField(null=True)
    test_status = models.SmallIntegerField(null=True)
    test_problem = models.TextField(default="")
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        db_table = "feeds_subscription"


class Cursor(models.Model):
    """How far a subscription has come in a branch: its events up to ``number`` are delivered."""

    pk = models.CompositePrimaryKey("branch_id", "subscription_id")
    branch_id = models.IntegerField()
    subscription_id = models.UUIDField()
    number = models.BigIntegerField()
    pending_to = models.BigIntegerField(null=True)
    """The end of the message that is on its way: a second try sends the same one."""
    tries = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    problem = models.TextField(default="")
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    """Somebody is sending until then; whoever was killed meanwhile is followed by another."""
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "feeds_cursor"
        indexes = [models.Index(fields=["subscription_id"], name="cursor_subscription")]


class Delivery(models.Model):
    """One try to hand a message over, kept for a month."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    subscription_id = models.UUIDField()
    message = models.TextField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    events = models.IntegerField()
    at = models.DateTimeField()
    took_ms = models.IntegerField()
    status = models.SmallIntegerField(null=True)
    problem = models.TextField(default="")
    """Why there is no answer, in a word; never what the other side wrote."""

    class Meta:
        db_table = "feeds_delivery"
        indexes = [models.Index(fields=["subscription_id", "-id"], name="delivery_newest")]
