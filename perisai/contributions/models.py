"""Bills and the months that are paid."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class BillState(models.TextChoices):
    OPEN = "open", "belum dibayar"
    PAID = "paid", "lunas"
    EXPIRED = "expired", "kedaluwarsa"
    CANCELLED = "cancelled", "dibatalkan"


class Bill(models.Model):
    """What is owed for one or more months of one enrolment, payable with its payment code."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    payment_code = models.TextField()
    state = models.TextField(choices=BillState, default=BillState.OPEN)
    first_month = models.DateField()
    months = models.SmallIntegerField()
    lines = models.JSONField()
    """[[month "2026-11", base, jkk, jkm, jht, relief, total], ...]; rupiah; total = jkk + jkm + jht - relief. Lines of wage
    earners (PU) go on with [..., jp, jkp], which are in the total; ``jkk`` is then without what goes to JKP."""
    amount = models.BigIntegerField()
    rules = models.TextField()
    issued_at = models.DateTimeField()
    priced_at = models.DateTimeField()
    pay_by = models.DateTimeField()
    """The payment code stops working here: ``bill.LATE_NOTICE`` later the enrolment ends unpaid and its slot returns."""
    paid_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "contributions_bill"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="bill_amount")]
        indexes = [
            models.Index(fields=["branch_id", "enrolment_id"], name="bill_enrolment"),
            models.Index(fields=["branch_id", "pay_by"], name="bill_open", condition=Q(state="open")),
        ]


class PaidMonth(models.Model):
    """One contribution month of one enrolment, paid. Rupiah."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id", "month")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    month = models.DateField()
    bill_id = models.UUIDField()
    payment_id = models.UUIDField(null=True)
    jkk = models.BigIntegerField()
    jkm = models.BigIntegerField()
    jht = models.BigIntegerField()
    relief = models.BigIntegerField()
    jp = models.BigIntegerField(db_default=0)
    jkp = models.BigIntegerField(db_default=0)
    paid_at = models.DateTimeField()

    class Meta:
        db_table = "contributions_paid_month"
