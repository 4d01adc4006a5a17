"""What a branch must reach, and how many its agents together may add."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

from perisai.targets.plan_models import (
    Figure,
    Plan,
    PlanChange,
    Proposal,
    UpperFigure,
    UpperPlan,
    UpperPlanChange,
    UpperProposal,
)
from perisai.targets.quota_models import Lease, QuotaRequest, QuotaSetting, QuotaTarget, QuotaTold

__all__ = [
    "Figure", "Lease", "Plan", "PlanChange", "Proposal", "Quota", "QuotaMode", "QuotaRequest", "QuotaSetting",
    "QuotaTarget", "QuotaTold", "UpperFigure", "UpperPlan", "UpperPlanChange", "UpperProposal",
]  # fmt: skip


class QuotaMode(models.TextChoices):
    QUEUE = "queue", "antre"
    BLOCK = "block", "tutup"
    WARN = "warn", "peringatan"


class Quota(models.Model):
    """The branch's cap for a period of ``months`` (1, 3 or 12, by its first day), over all segments or of one. Persons.

    ``cap`` is ``target * cap_percent / 100 + extra``, what was granted on request being ``extra``. What was taken or lent before
    a cap was lowered beneath it stands in ``grandfathered``; what was let in above the cap on purpose stands in ``over``.
    ``is_queued``: somebody waits for a slot, so that nobody is let in past them.
    """

    pk = models.CompositePrimaryKey("branch_id", "period", "segment")
    branch_id = models.IntegerField()
    period = models.DateField()
    segment = models.TextField(default="all", db_default="all")
    months = models.IntegerField(default=1, db_default=1)
    target = models.IntegerField()
    cap_percent = models.IntegerField(default=100)
    cap = models.IntegerField()
    mode = models.TextField(choices=QuotaMode, default=QuotaMode.QUEUE)
    consumed = models.IntegerField(default=0)
    leased = models.IntegerField(default=0)
    over = models.IntegerField(default=0)
    grandfathered = models.IntegerField(default=0)
    extra = models.IntegerField(default=0, db_default=0)
    is_queued = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "targets_quota"
        constraints = [
            models.CheckConstraint(
                condition=Q(consumed__lte=F("cap") + F("grandfathered") - F("leased")), name="quota_never_above_cap"
            ),
            models.CheckConstraint(
                condition=Q(
                    consumed__gte=0, leased__gte=0, over__gte=0, grandfathered__gte=0, cap__gte=0, extra__gte=0
                ),
                name="quota_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    cap=Cast(F("target"), models.BigIntegerField()) * F("cap_percent") / 100 + F("extra"),
                ),
                name="quota_cap_follows_target",
            ),
            models.CheckConstraint(condition=Q(months__in=[1, 3, 12]), name="quota_months"),
        ]
