"""Banks, what they told us, payments, and the double-entry ledger."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7
from perisai.payments.channel_models import BankKey, CodeAtBank, Desk, Mandate, Qris  # noqa: F401 - Django finds tables here
from perisai.payments.period_models import Period  # noqa: F401 - Django finds tables here


class Bank(models.Model):
    """A bank (or its aggregator) that speaks SNAP BI with us, and how it speaks."""

    id = models.TextField(primary_key=True)
    name = models.TextField()
    client_key = models.TextField(unique=True)
    """X-CLIENT-KEY of the token call, and X-PARTNER-ID of transactions."""
    client_secret_sealed = models.BinaryField()
    public_key = models.TextField()
    """PEM, RSA; verifies the asymmetric signatures."""
    partner_service_id = models.TextField()
    """Up to 8 digits, before padding."""
    padding = models.CharField(max_length=1, default=" ")
    """What fills partnerServiceId to 8 characters on the left: blank (ASPI) or 0."""
    signature_scheme = models.TextField(
        default="symmetric", choices=[("symmetric", "HMAC-SHA512"), ("asymmetric", "SHA256withRSA")]
    )
    external_id_reuse = models.TextField(
        default="conflict", choices=[("conflict", "409"), ("replay", "original answer")]
    )
    clock_skew_seconds = models.IntegerField(default=300)
    token_seconds = models.IntegerField(default=900)
    channel = models.TextField(default="va", choices=[("va", "own VA number"), ("nik", "NIK")])
    amounts = models.TextField(default="closed", db_default="closed", choices=[("closed", "exact"), ("open", "any")])
    """Whether a payer may choose the amount at this bank."""
    fee_rupiah = models.IntegerField(default=0, db_default=0)
    """What the bank takes from the payer for one transfer, on top of the bill."""
    is_open = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        db_table = "payments_bank"


class BankToken(models.Model):
    """Access tokens given to banks; only their hash is kept."""

    token_hash = models.BinaryField(primary_key=True)
    bank = models.ForeignKey(Bank, models.CASCADE)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "payments_bank_token"


class PaymentCode(models.Model):
    """National registry of payment codes: which branch's enrolment a code belongs to. Outside row-level security."""

    code = models.TextField(primary_key=True)
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField(null=True)
    """Null while a phone holds the code for an enrolment that has not come yet, and where it is an order's."""
    order_id = models.UUIDField(null=True)
    channel = models.TextField(default="va")
    code_masked = models.TextField()
    """Equal to the code, unless the channel uses the NIK."""

    class Meta:
        db_table = "payments_payment_code"
        indexes = [models.Index(fields=["branch_id", "enrolment_id"], name="payment_code_enrolment")]


class CodeBlock(models.Model):
    """Where a branch's numbering of payment codes stands: no sequence, so that a branch can live on a shard of its own."""

    branch_id = models.IntegerField(primary_key=True)
    next = models.BigIntegerField(default=1)

    class Meta:
        db_table = "payments_code_block"


class CodeLease(models.Model):
    """A payment code that a phone may hand to a worker without signal. It belongs to the agent, whichever of their phones
    holds it, and is never used for anybody else: an unused one is not given out again."""

    pk = models.CompositePrimaryKey("branch_id", "code")
    branch_id = models.IntegerField()
    code = models.TextField()
    device_id = models.UUIDField()
    agent_id = models.UUIDField()
    leased_at = models.DateTimeField()
    until = models.DateTimeField()
    used_by = models.UUIDField(null=True)
    """The enrolment that the code was left with."""
    used_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    """Since when that enrolment is rejected and the code may be used for the one that mends it."""

    class Meta:
        db_table = "payments_code_lease"
        indexes = [
            models.Index(fields=["branch_id", "used_by"], name="code_lease_used", condition=Q(used_by__isnull=False)),
            models.Index(fields=["branch_id", "device_id"], name="code_lease_free", condition=Q(used_by__isnull=True)),
        ]


class NotificationState(models.TextChoices):
    STORED = "stored", "disimpan"
    CREDITED = "credited", "dibukukan"
    REFUSED = "refused", "ditolak"
    REPEAT = "repeat", "pengulangan"
    SUSPENSE = "suspense", "menunggu keputusan"
    RESOLVED = "resolved", "diselesaikan"


class Notification(models.Model):
    """Every authenticated payment notification, raw, before it is judged. Outside row-level security: its branch is
    not known yet. The web role may add rows and fill in the outcome, never change the raw part."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    bank = models.ForeignKey(Bank, models.PROTECT)
    external_id = models.TextField()
    """X-EXTERNAL-ID; ``~`` and our own id where the bank sent none that can be read."""
    repeat_of = models.UUIDField(null=True)
    """The first notification of the day with this X-EXTERNAL-ID, where this one has other bytes."""
    day = models.DateField()
    payment_request_id = models.TextField(null=True)
    payment_code = models.TextField(null=True)
    amount = models.BigIntegerField(null=True)
    headers = models.JSONField()
    body = models.BinaryField()
    body_sha256 = models.BinaryField()
    received_at = models.DateTimeField()
    state = models.TextField(choices=NotificationState, default=NotificationState.STORED)
    response_code = models.TextField(null=True)
    response = models.JSONField(null=True)
    branch_id = models.IntegerField(null=True)
    paid_for = models.UUIDField(null=True)
    """The enrolment or order it was credited to."""
    judged_at = models.DateTimeField(null=True)
    resolved_by = models.UUIDField(null=True)
    resolution = models.TextField(blank=True, default="")

    class Meta:
        db_table = "payments_notification"
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "day", "external_id"],
                condition=Q(repeat_of__isnull=True),
                name="notification_external_id_first",
            ),
            models.UniqueConstraint(
                fields=["bank", "payment_request_id"],
                condition=Q(state="credited") | Q(state="resolved", paid_for__isnull=False),
                name="notification_credited_once",
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "payment_request_id"], name="notification_request"),
            models.Index(fields=["state", "received_at"], name="notification_suspense", condition=Q(state="suspense")),
            models.Index(fields=["received_at"], name="notification_stored", condition=Q(state="stored")),
            models.Index(fields=["payment_code"], name="notification_code"),
            BrinIndex(fields=["received_at"], name="notification_received"),
        ]


class Exchange(models.Model):
    """X-EXTERNAL-ID of the day's inquiries and status queries, and what was answered. Outside row-level security."""

    pk = models.CompositePrimaryKey("bank_id", "day", "service", "external_id")
    bank_id = models.TextField()
    day = models.DateField()
    service = models.CharField(max_length=2)
    external_id = models.TextField()
    body_sha256 = models.BinaryField()
    answer = models.JSONField()

    class Meta:
        db_table = "payments_exchange"


class Payment(models.Model):
    """Money that a bank confirmed for a bill."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField()
    bill_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    bank_id = models.TextField()
    payment_request_id = models.TextField()
    reference_no = models.TextField(blank=True, default="")
    amount = models.BigIntegerField()
    paid_at = models.DateTimeField()
    """When the bank says the customer paid."""
    confirmed_at = models.DateTimeField()
    """When we took it: cover begins here."""
    source = models.TextField(
        default="snap",
        choices=[("snap", "SNAP BI"), ("core", "core system"), ("suspense", "suspense"), ("held", "money held")],
    )
    part_of = models.UUIDField(null=True)
    """The notification, where it paid several bills."""
    reversed_at = models.DateTimeField(null=True)
    """Taken back by a decision (``refund``): the bill is owed again."""

    class Meta:
        db_table = "payments_payment"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "bank_id", "payment_request_id"], name="payment_request_once"),
            models.UniqueConstraint(
                fields=["branch_id", "bill_id"], condition=Q(reversed_at__isnull=True), name="payment_one_per_bill"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "enrolment_id"], name="payment_enrolment"),
            models.Index(fields=["branch_id", "part_of"], name="payment_part", condition=Q(part_of__isnull=False)),
        ]


class PayerKind(models.TextChoices):
    AGENT = "agent", "agen"
    EMPLOYER = "employer", "pemberi kerja"
    GROUP = "group", "kelompok"
    SPONSOR = "sponsor", "pembayar lain"
    MEMBER = "member", "peserta"
    OTHER = "other", "lainnya"


class OrderState(models.TextChoices):
    OPEN = "open", "belum dibayar"
    PAID = "paid", "lunas"
    EXPIRED = "expired", "kedaluwarsa"
    CANCELLED = "cancelled", "dibatalkan"


class Order(models.Model):
    """One payment code for a set of bills of a branch, of any members, paid by anybody: settled all or nothing."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField()
    code = models.TextField()
    payer_kind = models.TextField(choices=PayerKind)
    payer_id = models.UUIDField(null=True)
    amount = models.BigIntegerField()
    count = models.IntegerField()
    state = models.TextField(choices=OrderState, default=OrderState.OPEN)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    pay_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    """When it was paid, expired or cancelled."""
    replaces_id = models.UUIDField(null=True)
    """The order that it was made instead of (``orders.anew``)."""
    broken_at = models.DateTimeField(null=True)
    """When a bill of it was cancelled or paid by itself (``orders.broken``)."""

    class Meta:
        db_table = "payments_order"
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0, count__gt=0), name="order_amount")]
        indexes = [
            models.Index(fields=["branch_id", "payer_id"], name="order_payer", condition=Q(payer_id__isnull=False)),
            models.Index(fields=["branch_id", "pay_by"], name="order_open", condition=Q(state="open")),
            models.Index(fields=["branch_id", "code"], name="order_code"),
            models.Index(
                fields=["branch_id", "replaces_id"], name="order_replaces", condition=Q(replaces_id__isnull=False)
            ),
            models.Index(
                fields=["branch_id", "broken_at"],
                name="order_broken",
                condition=Q(state="open", broken_at__isnull=False),
            ),
        ]


class OrderBill(models.Model):
    """A bill that an order pays, at the amount it had when the order was made. Never changed."""

    pk = models.CompositePrimaryKey("branch_id", "order_id", "bill_id")
    branch_id = models.IntegerField()
    order_id = models.UUIDField()
    bill_id = models.UUIDField()
    enrolment_id = models.UUIDField()
    amount = models.BigIntegerField()

    class Meta:
        db_table = "payments_order_bill"
        indexes = [
            models.Index(fields=["branch_id", "bill_id"], name="order_bill_bill"),
            models.Index(fields=["branch_id", "enrolment_id"], name="order_bill_enrolment"),
        ]


class Held(models.Model):
    """Money of a member that no bill has taken yet. Whoever changes it holds the enrolment's row."""

    pk = models.CompositePrimaryKey("branch_id", "enrolment_id")
    branch_id = models.IntegerField()
    enrolment_id = models.UUIDField()
    amount = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "payments_held"
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="held_amount")]


class HeldMove(models.Model):
    """Why an amount held rose or fell. Append-only; they add up to it."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    at = models.DateTimeField()
    amount = models.BigIntegerField()
    reason = models.TextField(
        choices=[("received", "received"), ("drawn", "drawn"), ("refunded", "refunded"), ("returned", "returned")]
    )
    source_id = models.UUIDField()
    """The notification, refund or payment behind it."""

    class Meta:
        db_table = "payments_held_move"
        indexes = [models.Index(fields=["branch_id", "enrolment_id"], name="held_move_enrolment")]


class RefundState(models.TextChoices):
    PROPOSED = "proposed", "diusulkan"
    APPROVED = "approved", "disetujui"
    PAID = "paid", "dikembalikan"
    REJECTED = "rejected", "ditolak"


class Refund(models.Model):
    """Money to give back: proposed by one person, approved by another, then paid out by the bank. Never deleted."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    enrolment_id = models.UUIDField()
    payment_id = models.UUIDField(null=True)
    """The payment to reverse; null where money held is given back."""
    amount = models.BigIntegerField()
    reason = models.TextField()
    note = models.TextField(blank=True, default="")
    state = models.TextField(choices=RefundState, default=RefundState.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    bank_id = models.TextField(blank=True, default="")
    """The bank that paid it out, with ``reference``."""
    reference = models.TextField(blank=True, default="")
    paid_at = models.DateTimeField(null=True)
    paid_by = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_refund"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount"),
            models.UniqueConstraint(
                fields=["branch_id", "payment_id"],
                condition=Q(payment_id__isnull=False) & ~Q(state="rejected"),
                name="refund_payment_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="refund_two_people"
            ),
        ]
        indexes = [
            models.Index(fields=["branch_id", "enrolment_id"], name="refund_enrolment"),
            models.Index(fields=["branch_id", "payment_id"], name="refund_payment"),
            models.Index(fields=["branch_id", "state"], name="refund_state"),
        ]


class ProposalState(models.TextChoices):
    PROPOSED = "proposed", "diusulkan"
    APPROVED = "approved", "disetujui"
    REJECTED = "rejected", "ditolak"


class Proposal(models.Model):
    """A decision about money that one person proposed and another takes. Never deleted, and decided once."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    kind = models.TextField(
        choices=[
            ("attach", "attach"),
            ("pay_back", "pay_back"),
            ("settle_cash", "settle_cash"),
            ("void_cash", "void_cash"),
        ]
    )
    subject_id = models.UUIDField()
    """The notification, or the receipt for cash."""
    asked = models.JSONField(default=dict)
    """What is to be done with it: a code and how, of ``attach``."""
    amount = models.BigIntegerField(null=True)
    note = models.TextField(blank=True, default="")
    state = models.TextField(choices=ProposalState, default=ProposalState.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "kind", "subject_id"], condition=Q(state="proposed"), name="proposal_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="proposal_two_people"
            ),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposal_state_known"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "state"], name="proposal_state"),
            models.Index(fields=["branch_id", "subject_id"], name="proposal_subject"),
        ]


class PayBack(models.Model):
    """Money of no branch that the bank is to pay back: proposed by one person of head office, decided by another. Outside row-level
    security: it is the country's. Never deleted, and decided once."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    notification = models.ForeignKey(Notification, models.PROTECT, db_index=False)
    amount = models.BigIntegerField(null=True)
    reason = models.TextField()
    note = models.TextField(blank=True, default="")
    state = models.TextField(choices=ProposalState, default=ProposalState.PROPOSED)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payments_pay_back"
        constraints = [
            models.UniqueConstraint(fields=["notification"], condition=Q(state="proposed"), name="pay_back_waits_once"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="pay_back_two_people"
            ),
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="pay_back_state"),
        ]
        indexes = [
            models.Index(fields=["notification"], name="pay_back_notification"),
            models.Index(fields=["proposed_at"], name="pay_back_waits", condition=Q(state="proposed")),
        ]


class LedgerEntry(models.Model):
    """One move of money from an account to another. Balanced by its form: the same amount is debited and credited.

    Append-only; a correction is an entry the other way. Rupiah.
    """

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    at = models.DateTimeField()
    debit = models.TextField()
    credit = models.TextField()
    """Accounts: ``bank:<id>``, ``receivable``, ``income:<programme>``, ``suspense``, ``held`` (members' money that no bill has
    taken), ``refund`` (to be paid back)."""
    amount = models.BigIntegerField()
    bill_id = models.UUIDField(null=True)
    payment_id = models.UUIDField(null=True)
    reverses_id = models.UUIDField(null=True)

    class Meta:
        db_table = "payments_ledger_entry"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ledger_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["branch_id", "bill_id"], name="ledger_bill"),
            models.Index(fields=["branch_id", "payment_id"], name="ledger_payment"),
            models.Index(fields=["branch_id", "at"], name="ledger_at"),
        ]
