"""Plans: what an office passes on to those beneath it, by year and version.

Plans of head office and of region offices are no branch's, so they stand in tables of their own (``upper``), outside row-level
security; the columns are the same.
"""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class PlanState(models.TextChoices):
    DRAFT = "draft", "konsep"
    PROPOSED = "proposed", "diajukan"
    APPROVED = "approved", "disetujui"
    REPLACED = "replaced", "diganti"


class ProposalState(models.TextChoices):
    OPEN = "open", "menunggu"
    TAKEN = "taken", "diterima"
    REFUSED = "refused", "ditolak"
    WITHDRAWN = "withdrawn", "ditarik"


class _Plan(models.Model):
    """One version. ``from_month``: the first month in which it may differ from the one before. ``revision`` grows with every change
    of a draft. ``approved_on`` and ``replaced_on`` are days at the office."""

    office_id = models.IntegerField()
    year = models.SmallIntegerField()
    version = models.SmallIntegerField()
    state = models.TextField(choices=PlanState, default=PlanState.DRAFT)
    from_month = models.DateField()
    revision = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.UUIDField(null=True)
    approved_on = models.DateField(null=True)
    replaced_on = models.DateField(null=True)

    class Meta:
        abstract = True


class _Figure(models.Model):
    """``child_level`` and ``child_key`` as a scope names them; the office itself (``whole``) only in a plan of head office."""

    plan_id = models.UUIDField()
    month = models.DateField()
    segment = models.TextField()
    measure = models.TextField()
    child_level = models.TextField()
    child_key = models.TextField()
    value = models.BigIntegerField()
    """Persons, rupiah or visits."""

    class Meta:
        abstract = True


class _Change(models.Model):
    """Who did what to a version, when and why. ``cells``: [level, key, month, segment, measure, old, new]."""

    plan_id = models.UUIDField()
    revision = models.IntegerField()
    act = models.TextField()
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    reason = models.TextField(default="")
    cells = models.JSONField()

    class Meta:
        abstract = True


class _Proposal(models.Model):
    """Another figure that a child asks for, of every month from ``first_month`` to ``last_month``."""

    office_id = models.IntegerField()
    """Whose plan it is about."""
    year = models.SmallIntegerField()
    child_level = models.TextField()
    child_key = models.TextField()
    segment = models.TextField()
    measure = models.TextField()
    first_month = models.DateField()
    last_month = models.DateField()
    value = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=ProposalState, default=ProposalState.OPEN)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    answer = models.TextField(default="")
    version = models.SmallIntegerField(null=True)
    """Of the plan that took it."""

    class Meta:
        abstract = True


class Plan(_Plan):
    """Of a branch, sub-branch or agency office."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())

    class Meta:
        db_table = "targets_plan"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "office_id", "year", "version"], name="plan_version"),
            models.UniqueConstraint(
                fields=["branch_id", "office_id", "year"],
                condition=Q(state__in=["draft", "proposed"]),
                name="plan_open_once",
            ),
            models.UniqueConstraint(
                fields=["branch_id", "office_id", "year"], condition=Q(state="approved"), name="plan_approved_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed"]) | Q(approved_at__isnull=False, approved_on__isnull=False),
                name="plan_approved_by_day",
            ),
        ]


class Figure(_Figure):
    pk = models.CompositePrimaryKey("branch_id", "plan_id", "month", "segment", "measure", "child_level", "child_key")
    branch_id = models.IntegerField()

    class Meta:
        db_table = "targets_figure"
        indexes = [models.Index(fields=["branch_id", "child_level", "child_key", "month"], name="figure_child")]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="figure_not_negative")]


class PlanChange(_Change):
    pk = models.CompositePrimaryKey("branch_id", "plan_id", "revision")
    branch_id = models.IntegerField()

    class Meta:
        db_table = "targets_plan_change"


class Proposal(_Proposal):
    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())

    class Meta:
        db_table = "targets_proposal"
        indexes = [
            models.Index(fields=["branch_id", "office_id", "year"], name="proposal_office"),
            models.Index(fields=["branch_id", "child_level", "child_key"], name="proposal_child"),
        ]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="proposal_not_negative")]


class UpperPlan(_Plan):
    """Of head office or a region office."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())

    class Meta:
        db_table = "targets_upper_plan"
        constraints = [
            models.UniqueConstraint(fields=["office_id", "year", "version"], name="upper_plan_version"),
            models.UniqueConstraint(
                fields=["office_id", "year"], condition=Q(state__in=["draft", "proposed"]), name="upper_plan_open_once"
            ),
            models.UniqueConstraint(
                fields=["office_id", "year"], condition=Q(state="approved"), name="upper_plan_approved_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed"]) | Q(approved_at__isnull=False, approved_on__isnull=False),
                name="upper_plan_approved_by_day",
            ),
        ]


class UpperFigure(_Figure):
    pk = models.CompositePrimaryKey("plan_id", "month", "segment", "measure", "child_level", "child_key")

    class Meta:
        db_table = "targets_upper_figure"
        indexes = [models.Index(fields=["child_level", "child_key", "month"], name="upper_figure_child")]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="upper_figure_not_negative")]


class UpperPlanChange(_Change):
    pk = models.CompositePrimaryKey("plan_id", "revision")

    class Meta:
        db_table = "targets_upper_plan_change"


class UpperProposal(_Proposal):
    id = models.UUIDField(primary_key=True, db_default=Uuid7())

    class Meta:
        db_table = "targets_upper_proposal"
        indexes = [
            models.Index(fields=["office_id", "year"], name="upper_proposal_office"),
            models.Index(fields=["child_level", "child_key"], name="upper_proposal_child"),
        ]
        constraints = [models.CheckConstraint(condition=Q(value__gte=0), name="upper_proposal_not_negative")]
