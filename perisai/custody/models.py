"""Cash that agents hold for members: receipts, deposits, reserved numbers, paper books, permissions, certificates."""

from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


class ReceiptState(models.TextChoices):
    HELD = "held", "belum disetor"
    SETTLED = "settled", "diterima bank"
    VOID = "void", "dibatalkan"


class ReceiptKind(models.TextChoices):
    CASH = "cash", "tunai"
    ADVANCE = "advance", "talangan agen"
    REPAYMENT = "repayment", "pengembalian talangan"


class Receipt(models.Model):
    """What an agent signed for. Its ``id`` is the op's. Nothing is paid by it; the bank's word settles its lines."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    number = models.TextField(null=True)
    """``K`` and twelve digits, reserved for a phone; null on paper, and where the number said was another receipt's."""
    said_number = models.TextField(blank=True, default="")
    """What the op said, where that could not stand."""
    book_id = models.UUIDField(null=True)
    page = models.IntegerField(null=True)
    kind = models.TextField(choices=ReceiptKind)
    is_whole = models.BooleanField()
    """What was owed for these months; else an instalment."""
    agent_id = models.UUIDField()
    device_id = models.UUIDField(null=True)
    payer_kind = models.TextField()
    """member, several, group, employer."""
    payer_id = models.UUIDField(null=True)
    payer_name = models.TextField()
    amount = models.BigIntegerField()
    captured_from = models.DateTimeField()
    captured_at = models.DateTimeField()
    received_at = models.DateTimeField()
    due_on = models.DateField()
    """The last day to deposit it, by the rule of the day it was captured on."""
    state = models.TextField(choices=ReceiptState, default=ReceiptState.HELD)
    review = models.TextField(blank=True, default="")
    """Why a person looks at it: words of ``labels.REVIEWS``, with commas between."""
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    review_note = models.TextField(blank=True, default="")
    void_at = models.DateTimeField(null=True)
    void_reason = models.TextField(blank=True, default="")
    void_op = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    signed = models.BinaryField(null=True)
    """The bytes of its QR: certificate, receipt, signature."""

    class Meta:
        db_table = "custody_receipt"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["branch_id", "book_id", "page"], name="receipt_page_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount"),
            models.CheckConstraint(condition=Q(kind__in=ReceiptKind.values), name="receipt_kind"),
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="receipt_state"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "agent_id", "captured_at"], name="receipt_agent"),
            models.Index(fields=["branch_id", "due_on"], name="receipt_held", condition=Q(state="held")),
            models.Index(
                fields=["branch_id", "received_at"],
                name="receipt_review",
                condition=~Q(review="") & Q(reviewed_at__isnull=True),
            ),
        ]


class Line(models.Model):
    """One member on a receipt. ``settled`` is what the bank has confirmed of it, by deposits."""

    pk = models.CompositePrimaryKey("branch_id", "receipt_id", "n")
    branch_id = models.IntegerField()
    receipt_id = models.UUIDField()
    n = models.IntegerField()
    enrolment_id = models.UUIDField()
    first_month = models.DateField(null=True)
    last_month = models.DateField(null=True)
    amount = models.BigIntegerField()
    settled = models.BigIntegerField(default=0)

    class Meta:
        db_table = "custody_line"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="custody_line_amount"),
            models.CheckConstraint(condition=Q(settled__gte=0) & Q(settled__lte=F("amount")), name="line_settled"),
        ]
        indexes = [models.Index(fields=["branch_id", "enrolment_id"], name="custody_line_enrolment")]


class DepositState(models.TextChoices):
    OPEN = "open", "menunggu dibayar"
    PAID = "paid", "dibayar"
    CANCELLED = "cancelled", "dibatalkan"


class Deposit(models.Model):
    """One order of an agent for the bills that receipts were given for. Its ``id`` is the op's."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    agent_id = models.UUIDField()
    order_id = models.UUIDField()
    code = models.TextField()
    amount = models.BigIntegerField()
    bills = models.IntegerField()
    state = models.TextField(choices=DepositState, default=DepositState.OPEN)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custody_deposit"
        constraints = [models.CheckConstraint(condition=Q(state__in=DepositState.values), name="deposit_state")]
        indexes = [
            models.Index(fields=["branch_id", "agent_id", "made_at"], name="deposit_agent"),
            models.Index(fields=["branch_id"], name="deposit_open", condition=Q(state="open")),
        ]


class DepositLine(models.Model):
    """What of a receipt's line a deposit pays, and of which bill."""

    pk = models.CompositePrimaryKey("branch_id", "deposit_id", "receipt_id", "n", "bill_id")
    branch_id = models.IntegerField()
    deposit_id = models.UUIDField()
    receipt_id = models.UUIDField()
    n = models.IntegerField()
    bill_id = models.UUIDField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "custody_deposit_line"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="deposit_line_amount")]
        indexes = [
            models.Index(fields=["branch_id", "receipt_id", "n"], name="deposit_line_receipt"),
            models.Index(fields=["branch_id", "bill_id"], name="deposit_line_bill"),
        ]


class Numbering(models.Model):
    """The branch's next receipt number. The branch stands in the number, so it is unique in the country."""

    branch_id = models.IntegerField(primary_key=True)
    next = models.BigIntegerField()

    class Meta:
        db_table = "custody_numbering"


class Number(models.Model):
    """A receipt number that a phone holds or has used; where it stayed unused, why."""

    pk = models.CompositePrimaryKey("branch_id", "number")
    branch_id = models.IntegerField()
    number = models.TextField()
    device_id = models.UUIDField()
    agent_id = models.UUIDField()
    leased_at = models.DateTimeField()
    receipt_id = models.UUIDField(null=True)
    why_unused = models.TextField(blank=True, default="")
    explained_by = models.UUIDField(null=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custody_number"
        indexes = [models.Index(fields=["branch_id", "device_id", "number"], name="custody_number_device")]


class Book(models.Model):
    """A pre-numbered paper book of receipts and who holds it."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    series = models.TextField()
    first = models.IntegerField()
    last = models.IntegerField()
    agent_id = models.UUIDField(null=True)
    registered_by = models.UUIDField(null=True)
    registered_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custody_book"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "series"], name="book_series"),
            models.CheckConstraint(
                condition=Q(first__gte=1) & Q(last__gte=F("first")) & Q(last__lt=F("first") + 1000), name="book_range"
            ),
        ]
        indexes = [models.Index(fields=["branch_id", "agent_id"], name="book_agent")]


class SpoiltPage(models.Model):
    """A page that was not used, and why."""

    pk = models.CompositePrimaryKey("branch_id", "book_id", "page")
    branch_id = models.IntegerField()
    book_id = models.UUIDField()
    page = models.IntegerField()
    reason = models.TextField()
    noted_by = models.UUIDField(null=True)
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "custody_spoilt_page"


class Permission(models.Model):
    """What a branch allows beside the rule: another limit for all its agents or one, or more time for one to deposit."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    kind = models.TextField(choices=[("limit", "batas"), ("extension", "perpanjangan")])
    agent_id = models.UUIDField(null=True)
    """Null: every agent of the branch."""
    amount = models.BigIntegerField(null=True)
    until_on = models.DateField()
    """The last day it holds; of an extension, the last day to deposit what is held now."""
    reason = models.TextField()
    given_by = models.UUIDField(null=True)
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custody_permission"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="limit", amount__gt=0) | Q(kind="extension", agent_id__isnull=False),
                name="permission_kind",
            )
        ]
        indexes = [models.Index(fields=["branch_id", "agent_id", "given_at"], name="permission_agent")]


class Certificate(models.Model):
    """The newest certificate of a phone, as the server signed it."""

    pk = models.CompositePrimaryKey("branch_id", "device_id")
    branch_id = models.IntegerField()
    device_id = models.UUIDField()
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    bytes = models.BinaryField()

    class Meta:
        db_table = "custody_certificate"


class Alert(models.Model):
    """An agent was told on a day that cash is due or late: once a day and kind."""

    pk = models.CompositePrimaryKey("branch_id", "agent_id", "day", "kind")
    branch_id = models.IntegerField()
    agent_id = models.UUIDField()
    day = models.DateField()
    kind = models.TextField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "custody_alert"
