"""Banks, what they told us, payments, and the double-entry ledger."""

from django.db import models
from django.db.models import F, Q

from perisai.events.defaults import Uuid7


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
    """Null while a phone holds the code for an enrolment that has not come yet."""
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
                condition=Q(state="credited"),
                name="notification_credited_once",
            ),
        ]
        indexes = [
            models.Index(fields=["bank", "payment_request_id"], name="notification_request"),
            models.Index(fields=["state", "received_at"], name="notification_suspense", condition=Q(state="suspense")),
            models.Index(fields=["received_at"], name="notification_stored", condition=Q(state="stored")),
            models.Index(fields=["payment_code"], name="notification_code"),
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
        default="snap", choices=[("snap", "SNAP BI"), ("core", "core system"), ("suspense", "suspense")]
    )

    class Meta:
        db_table = "payments_payment"
        constraints = [
            models.UniqueConstraint(fields=["branch_id", "bank_id", "payment_request_id"], name="payment_request_once"),
            models.UniqueConstraint(fields=["branch_id", "bill_id"], name="payment_one_per_bill"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
        ]
        indexes = [models.Index(fields=["branch_id", "enrolment_id"], name="payment_enrolment")]


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
    """Accounts: ``bank:<id>``, ``receivable``, ``income:jkk|jkm|jht``, ``suspense``."""
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
        ]
