"""Tables of the spine. ``Work`` is the only writer of all of them."""

from django.db import models


class Position(models.Model):
    """How far a branch has come: the number of its last event. Gapless, in commit order."""

    branch_id = models.IntegerField(primary_key=True)
    number = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "events_position"


class Event(models.Model):
    """What happened. Append-only; partitioned by month of ``received_at`` (made in SQL by the migration)."""

    pk = models.CompositePrimaryKey("branch_id", "received_at", "number")
    branch_id = models.IntegerField()
    number = models.BigIntegerField()
    id = models.UUIDField()
    received_at = models.DateTimeField()
    kind = models.TextField()
    sub_branch_id = models.IntegerField(null=True)
    agency_office_id = models.IntegerField(null=True)
    agent_id = models.UUIDField(null=True)
    region_code = models.TextField(null=True)
    segment = models.TextField()
    subject_id = models.UUIDField(null=True)
    quantity = models.IntegerField()
    amount = models.BigIntegerField()
    actor_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    captured_from = models.DateTimeField()
    captured_to = models.DateTimeField()
    day_captured = models.DateField()
    hour_captured = models.SmallIntegerField(null=True)
    """Of an enrolment received on the day it was captured; by the branch's clock."""
    day_received = models.DateField()
    detail = models.JSONField()

    class Meta:
        db_table = "events_event"
        managed = False


class Counter(models.Model):
    """What screens add up. ``level`` is a letter of ``counters.LEVELS``, in capitals by month; ``key`` an office id, agent id,
    region code or hour."""

    pk = models.CompositePrimaryKey("branch_id", "level", "key", "day_captured", "day_received", "segment", "metric")
    branch_id = models.IntegerField()
    level = models.CharField(max_length=1)
    key = models.TextField()
    day_captured = models.DateField()
    day_received = models.DateField()
    segment = models.TextField()
    metric = models.TextField()
    value = models.BigIntegerField()

    class Meta:
        db_table = "events_counter"
        managed = False


class Country(models.Model):
    """Counters of all branches of a time zone together, of days received that are over (``country``). ``level`` b with an empty
    key, or h with the hour."""

    pk = models.CompositePrimaryKey("timezone", "level", "key", "day_captured", "day_received", "segment", "metric")
    timezone = models.TextField()
    level = models.CharField(max_length=1)
    key = models.TextField()
    day_captured = models.DateField()
    day_received = models.DateField()
    segment = models.TextField()
    metric = models.TextField()
    value = models.BigIntegerField()

    class Meta:
        db_table = "events_country"


class CountryDay(models.Model):
    """Up to which day received the sums of a time zone are complete."""

    timezone = models.TextField(primary_key=True)
    day = models.DateField()

    class Meta:
        db_table = "events_country_day"
