"""What a branch must reach, and how many its agents together may add."""

from django.db import models
from django.db.models import F, Q


class QuotaMode(models.TextChoices):
    QUEUE = "queue", "antre"
    BLOCK = "block", "tutup"
    WARN = "warn", "peringatan"


class Quota(models.Model):
    """The branch's cap for a period (a month, by its first day). Persons.

    ``cap`` is ``target * cap_percent / 100``. What was taken before a cap was lowered beneath it stands in ``grandfathered``;
    what was let in above the cap on purpose stands in ``over``.
    """

    pk = models.CompositePrimaryKey("branch_id", "period")
    branch_id = models.IntegerField()
    period = models.DateField()
    target = models.IntegerField()
    cap_percent = models.IntegerField(default=100)
    cap = models.IntegerField()
    mode = models.TextField(choices=QuotaMode, default=QuotaMode.QUEUE)
    consumed = models.IntegerField(default=0)
    leased = models.IntegerField(default=0)
    over = models.IntegerField(default=0)
    grandfathered = models.IntegerField(default=0)

    class Meta:
        db_table = "targets_quota"
        constraints = [
            models.CheckConstraint(
                condition=Q(consumed__lte=F("cap") + F("grandfathered") - F("leased")), name="quota_never_above_cap"
            ),
            models.CheckConstraint(
                condition=Q(consumed__gte=0, leased__gte=0, over__gte=0, grandfathered__gte=0, cap__gte=0),
                name="quota_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(cap=F("target") * F("cap_percent") / 100), name="quota_cap_follows_target"
            ),
        ]


class AgentTarget(models.Model):
    """An agent's share of the branch's target for a month. Persons."""

    pk = models.CompositePrimaryKey("branch_id", "agent_id", "period")
    branch_id = models.IntegerField()
    agent_id = models.UUIDField()
    period = models.DateField()
    persons = models.IntegerField()

    class Meta:
        db_table = "targets_agent_target"
