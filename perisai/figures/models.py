"""Tables of figures: what cannot be added up from events. Counts and rupiah only, nothing about a person."""

from django.db import models


class Standing(models.Model):
    """The state of a branch, or of something within it, on a day, as it was when it was last taken that day.

    ``level`` is a letter of ``counters.LEVELS`` (b s o a r d). Every day that was taken has a row of the branch itself; a key
    without a row of that day stood at nought. A row whose day is over at the branch can no longer be written: row-level security.
    Persons, rupiah; null where the level has no such thing.
    """

    pk = models.CompositePrimaryKey("branch_id", "level", "day", "key")
    branch_id = models.IntegerField()
    level = models.CharField(max_length=1)
    day = models.DateField()
    key = models.TextField()
    taken_at = models.DateTimeField()
    number = models.BigIntegerField(null=True)
    """Of the branch itself: its last event that had happened for sure; null where that was not written down."""
    sub_branch_id = models.IntegerField(null=True)
    """Where an agent was placed that day."""
    agency_office_id = models.IntegerField(null=True)
    paying = models.IntegerField(default=0)
    paying_pu = models.IntegerField(default=0)
    """Of them, wage earners; the same below."""
    catch_up = models.IntegerField(default=0)
    catch_up_pu = models.IntegerField(default=0)
    ended = models.IntegerField(default=0)
    ended_pu = models.IntegerField(default=0)
    arrears_members = models.IntegerField(default=0)
    arrears_members_pu = models.IntegerField(default=0)
    arrears = models.BigIntegerField(default=0)
    arrears_pu = models.BigIntegerField(default=0)
    custody = models.BigIntegerField(default=0)
    custody_overdue = models.BigIntegerField(default=0)
    agents_active = models.IntegerField(default=0)
    licences_ending = models.IntegerField(default=0)
    quota_cap = models.IntegerField(null=True)
    quota_consumed = models.IntegerField(null=True)
    quota_leased = models.IntegerField(null=True)
    quota_left = models.IntegerField(null=True)

    class Meta:
        db_table = "figures_standing"


class Cohort(models.Model):
    """How many of the people whom agents enrolled in a month came to a stage. Written once, when the stage's time has come."""

    pk = models.CompositePrimaryKey("branch_id", "level", "month", "stage", "key", "segment")
    branch_id = models.IntegerField()
    level = models.CharField(max_length=1)
    month = models.DateField()
    stage = models.TextField()
    """``definition.STAGES``."""
    key = models.TextField()
    segment = models.TextField()
    persons = models.IntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        db_table = "figures_cohort"


class Member(models.Model):
    """What an enrolment stood at from a day on, until its next row: as it was when its branch was last taken that day. A row whose
    day is over can no longer be written: row-level security."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "day")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    day = models.DateField()
    cover = models.TextField()
    """``paying``, ``catch_up``, ``ended``: the standing's column that counts it; empty for none any more."""
    state = models.TextField()
    paid_through = models.DateField(null=True)
    agent_id = models.UUIDField(null=True)
    sub_branch_id = models.IntegerField(null=True)
    agency_office_id = models.IntegerField(null=True)
    owed = models.BigIntegerField()
    """Unpaid bills of months before the day's, rupiah."""

    class Meta:
        db_table = "figures_member"


class Listed(models.Model):
    """Since which day a branch's lists are kept (``Member``). Written once."""

    branch_id = models.IntegerField(primary_key=True)
    since = models.DateField()

    class Meta:
        db_table = "figures_listed"
