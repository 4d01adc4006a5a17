"""How money reaches us: former keys of banks, QRIS, codes registered at banks, mandates to debit."""

from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class BankKey(models.Model):
    """A key of a bank that a new one has replaced, good until ``valid_until`` beside it. The new one stands at the bank's row."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    bank_id = models.TextField()
    kind = models.TextField(choices=[("secret", "client secret"), ("public", "public key")])
    sealed = models.BinaryField()
    fingerprint = models.TextField()
    """Of its SHA-256, the beginning: enough to tell keys apart."""
    replaced_at = models.DateTimeField()
    replaced_by = models.UUIDField(null=True)
    valid_until = models.DateTimeField()

    class Meta:
        db_table = "payments_bank_key"
        indexes = [models.Index(fields=["bank_id", "kind", "valid_until"], name="bank_key_valid")]


class Qris(models.Model):
    """What our QRIS codes at a bank or acquirer say of us."""

    bank_id = models.TextField(primary_key=True)
    merchant_name = models.TextField()
    city = models.TextField()
    postal_code = models.TextField()
    category = models.TextField()
    """MCC, four digits."""
    acquirer = models.TextField()
    """Reverse domain of the acquirer, such as ID.CO.BANK.WWW."""
    merchant_pan = models.TextField()
    merchant_id = models.TextField()
    national_id = models.TextField()
    """NMID."""
    criteria = models.TextField(choices=[(c, c) for c in ("UMI", "UKE", "UME", "UBE", "URE")])
    is_open = models.BooleanField(default=True)
    issued_by = models.TextField(choices=[("us", "us"), ("acquirer", "the acquirer")], default="us", db_default="us")
    """Who makes the code: ``acquirer`` is asked for each at our desk there (``qris_acquirer``)."""

    class Meta:
        db_table = "payments_qris"


class QrisCode(models.Model):
    """What an acquirer answered when it was asked for a QRIS code for one payment code and sum. Append-only; rupiah."""

    pk = models.CompositePrimaryKey("branch_id", "bank_id", "code", "serial")
    branch_id = models.IntegerField()
    bank_id = models.TextField()
    code = models.TextField()
    serial = models.SmallIntegerField()
    """From 1: an acquirer takes each reference once."""
    amount = models.BigIntegerField()
    content = models.TextField(blank=True, default="")
    """The payload; empty where it was refused or not answered."""
    error = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    """Of a failure: until when it is not asked again."""

    class Meta:
        db_table = "payments_qris_code"


class Desk(models.Model):
    """Where we call a bank, and how we sign there. A bank that has one learns our payment codes before customers pay."""

    bank_id = models.TextField(primary_key=True)
    origin = models.TextField()
    client_key = models.TextField()
    client_secret_sealed = models.BinaryField()
    private_key_sealed = models.BinaryField()
    paths = models.JSONField(default=dict)
    """Path by service, where the bank's differ from the standard's."""
    is_open = models.BooleanField(default=True)

    class Meta:
        db_table = "payments_desk"


class CodeAtBank(models.Model):
    """A payment code as a bank should know it, and as it knows it. Rupiah; 0: not at all."""

    pk = models.CompositePrimaryKey("branch_id", "bank_id", "code")
    branch_id = models.IntegerField()
    bank_id = models.TextField()
    code = models.TextField()
    wanted = models.BigIntegerField()
    known = models.BigIntegerField(default=0)
    pay_by = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True, default="")
    """The bank's last refusal: code and message."""
    is_unsure = models.BooleanField(default=False, db_default=False)
    """The bank is being asked, or was and the answer did not come: whatever is known, it may have done it."""
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "payments_code_at_bank"
        constraints = [models.CheckConstraint(condition=Q(wanted__gte=0, known__gte=0), name="code_at_bank_amounts")]
        indexes = [
            models.Index(
                fields=["branch_id", "next_at"],
                name="code_at_bank_due",
                condition=~Q(wanted=models.F("known")) | Q(is_unsure=True),
            )
        ]


class MandateState(models.TextChoices):
    PROPOSED = "proposed", "diusulkan"
    ACTIVE = "active", "berlaku"
    ENDED = "ended", "berakhir"


class Mandate(models.Model):
    """A permission to debit an account each month, as data: nothing is debited by it here."""

    pk = models.CompositePrimaryKey("branch_id", "id")
    branch_id = models.IntegerField()
    id = models.UUIDField(db_default=Uuid7())
    holder_kind = models.TextField(choices=[("member", "peserta"), ("employer", "pemberi kerja")])
    holder_id = models.UUIDField()
    bank_name = models.TextField()
    account_sealed = models.BinaryField()
    account_masked = models.TextField()
    limit = models.BigIntegerField()
    cost = models.BigIntegerField()
    """What the bank takes for each debit, rupiah."""
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    consent = models.TextField()
    """Where the signed permission is: number of the letter, or of the bank's confirmation."""
    state = models.TextField(choices=MandateState, default=MandateState.PROPOSED)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    end_reason = models.TextField(blank=True, default="")

    class Meta:
        db_table = "payments_mandate"
        constraints = [
            models.UniqueConstraint(
                fields=["branch_id", "holder_kind", "holder_id"],
                condition=~Q(state="ended"),
                name="mandate_one_a_holder",
            ),
            models.CheckConstraint(condition=Q(limit__gt=0, cost__gte=0), name="mandate_amounts"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")), name="mandate_days"
            ),
        ]
