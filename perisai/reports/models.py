"""Tables of reports. Reports themselves are not kept: as of a day they can be read again at any time, the same."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class UpperSchedule(models.Model):
    """The same of a region or the country, of the office that sends it: as with plans above branches, no branch's row."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    office_id = models.IntegerField()
    user_id = models.UUIDField()
    level = models.TextField()
    key = models.TextField()
    kind = models.TextField(choices=[("daily", "harian"), ("weekly", "mingguan"), ("monthly", "bulanan")])
    made_at = models.DateTimeField()
    sent_for = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reports_upper_schedule"
        constraints = [
            models.UniqueConstraint(
                fields=["office_id", "user_id", "level", "key", "kind"],
                condition=Q(ended_at__isnull=True),
                name="upper_schedule_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=["daily", "weekly", "monthly"]), name="upper_schedule_kind"),
        ]


class Schedule(models.Model):
    """Somebody has a report of a branch, or of a part of it, sent by e-mail. Ending it keeps the row."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    user_id = models.UUIDField()
    level = models.TextField()
    key = models.TextField()
    kind = models.TextField(choices=[("daily", "harian"), ("weekly", "mingguan"), ("monthly", "bulanan")])
    made_at = models.DateTimeField()
    sent_for = models.DateField(null=True)
    """First day of the last period that was sent."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reports_schedule"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "user_id", "level", "key", "kind"],
                condition=Q(ended_at__isnull=True),
                name="schedule_once",
            ),
            models.CheckConstraint(condition=Q(kind__in=["daily", "weekly", "monthly"]), name="schedule_kind"),
        ]
