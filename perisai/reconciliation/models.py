"""What banks' statements say, and how it was matched with what they told us.

Outside row-level security, as notifications are: an account takes money for many branches, and whose a line is only shows when it
is matched. Pages show a branch what is its own.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from perisai.events.defaults import Uuid7


class Account(models.Model):
    """The account at a bank that members' money comes in on, and how its statements are read. One a bank."""

    bank_id = models.TextField(primary_key=True)
    number_hash = models.BinaryField()
    number_masked = models.TextField()
    columns = models.JSONField(default=dict)
    """Our name of a column by the bank's title, for CSV and spreadsheets; empty: the usual titles."""
    window_days = models.SmallIntegerField(default=2)
    """How many days a line may lie before or after the notification."""
    fee_each = models.BigIntegerField(default=0)
    """Rupiah that the bank keeps of each payment."""
    fee_bps = models.IntegerField(default=0)
    """Part that the bank keeps of each payment, in ten-thousandths."""
    settles = models.TextField(default="each", choices=[("each", "each payment"), ("day", "a day's sum")])

    class Meta:
        db_table = "reconciliation_account"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    window_days__gte=0, window_days__lte=10, fee_each__gte=0, fee_bps__gte=0, fee_bps__lt=10000
                ),
                name="reconciliation_account_bounds",
            )
        ]


class Statement(models.Model):
    """A statement that was taken: it follows on the one before without gap or overlap, and its sum is right. Append-only."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    account = models.ForeignKey(Account, models.PROTECT)
    name = models.TextField()
    form = models.TextField(choices=[("mt940", "MT940"), ("table", "CSV, XLSX")])
    sha256 = models.BinaryField()
    first_on = models.DateField()
    last_on = models.DateField()
    opening = models.BigIntegerField()
    closing = models.BigIntegerField()
    lines = models.IntegerField()
    credits = models.BigIntegerField()
    debits = models.BigIntegerField()
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField(null=True)

    class Meta:
        db_table = "reconciliation_statement"
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="statement_file_once"),
            models.UniqueConstraint(fields=["account", "first_on"], name="statement_first_day"),
            models.UniqueConstraint(fields=["account", "last_on"], name="statement_last_day"),
            models.CheckConstraint(
                condition=Q(closing=models.F("opening") + models.F("credits") - models.F("debits")),
                name="statement_sum",
            ),
            models.CheckConstraint(condition=Q(first_on__lte=models.F("last_on")), name="statement_days"),
        ]


class LineState(models.TextChoices):
    OPEN = "open", "terbuka"
    MATCHED = "matched", "cocok"
    EXPLAINED = "explained", "dijelaskan"


class Line(models.Model):
    """One line of a statement as the bank wrote it. ``amount`` in rupiah: in is above nothing, out below."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    statement = models.ForeignKey(Statement, models.PROTECT)
    bank_id = models.TextField()
    number = models.IntegerField()
    booked_on = models.DateField()
    value_on = models.DateField()
    amount = models.BigIntegerField()
    reference = models.TextField(blank=True, default="")
    code = models.TextField(blank=True, default="")
    """The payment code in its text; a NIK masked."""
    tokens = ArrayField(models.TextField(), default=list)
    """Words of its text that may be a reference: those with digits, none of which is a NIK."""
    told_sealed = models.BinaryField()
    """The bank's text, which may hold names."""
    state = models.TextField(choices=LineState, default=LineState.OPEN)

    class Meta:
        db_table = "reconciliation_line"
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="statement_line_once")]
        indexes = [
            models.Index(fields=["bank_id", "booked_on"], name="line_day"),
            models.Index(fields=["bank_id", "booked_on"], name="line_open", condition=Q(state="open")),
        ]


class Match(models.Model):
    """A notification found on a statement: once, for good. ``fee``: what the line lacks of it."""

    notification_id = models.UUIDField(primary_key=True)
    line = models.ForeignKey(Line, models.PROTECT)
    how = models.TextField(
        choices=[
            ("reference", "reference"), ("code", "payment code"), ("day", "a day's sum"), ("person", "by a person"),
            ("statement", "booked from the statement"),
        ]
    )  # fmt: skip
    fee = models.BigIntegerField(default=0)
    matched_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_match"


class ItemKind(models.TextChoices):
    MISSING = "missing", "tidak diberitahukan bank"
    UNMATCHED = "unmatched", "tidak ada di mutasi"
    DOUBLE = "double", "dua kali di mutasi"
    AMOUNT = "amount", "jumlah berbeda"
    OUTGOING = "outgoing", "uang keluar"


class ItemState(models.TextChoices):
    OPEN = "open", "terbuka"
    WAITING = "waiting", "menunggu"
    DECIDED = "decided", "diputuskan"
    CLEARED = "cleared", "cocok kemudian"


class Item(models.Model):
    """Something that does not agree, until a person has explained it or a later statement has."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    bank_id = models.TextField()
    day = models.DateField()
    kind = models.TextField(choices=ItemKind)
    line_id = models.UUIDField(null=True)
    notification_id = models.UUIDField(null=True)
    branch_id = models.IntegerField(null=True)
    """Whose it is; null where nobody knows yet: head office sees it."""
    amount = models.BigIntegerField()
    other = models.BigIntegerField(null=True)
    """The amount on the other side, where it differs."""
    opened_at = models.DateTimeField()
    owner = models.UUIDField(null=True)
    wait_until = models.DateField(null=True)
    state = models.TextField(choices=ItemState, default=ItemState.OPEN)
    decision = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    note = models.TextField(blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        db_table = "reconciliation_item"
        constraints = [
            models.UniqueConstraint(fields=["line_id"], condition=Q(line_id__isnull=False), name="item_of_line"),
            models.UniqueConstraint(
                fields=["notification_id"], condition=Q(line_id__isnull=True), name="item_of_notification"
            ),
        ]
        indexes = [
            models.Index(fields=["bank_id", "day"], name="item_day"),
            models.Index(fields=["branch_id", "opened_at"], name="item_branch"),
            models.Index(fields=["opened_at"], name="item_open", condition=Q(state__in=["open", "waiting"])),
        ]


class Note(models.Model):
    """What was said or done about an item. Append-only."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7())
    item = models.ForeignKey(Item, models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    what = models.TextField()
    """taken, note, wait, explain, attach, credit, suspense, cleared"""
    text = models.TextField(blank=True, default="")

    class Meta:
        db_table = "reconciliation_note"


class Day(models.Model):
    """A day of a bank that a statement covers. Closed when all of it is explained; a close is never taken back."""

    pk = models.CompositePrimaryKey("bank_id", "day")
    bank_id = models.TextField()
    day = models.DateField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    sums = models.JSONField(default=dict)
    """The day's figures as they stood at its close."""

    class Meta:
        db_table = "reconciliation_day"
        indexes = [models.Index(fields=["day"], name="reconciliation_open_day", condition=Q(closed_at__isnull=True))]
