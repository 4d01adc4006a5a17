"""What phones sent: raw first, judged after."""

from django.db import models
from django.db.models import Q


class OpState(models.TextChoices):
    RECEIVED = "received", "diterima"
    HELD = "held", "ditahan"
    ACCEPTED = "accepted", "selesai"
    REVIEW = "review", "diperiksa"
    REJECTED = "rejected", "ditolak"


class Op(models.Model):
    """One act of a phone, its bytes as sent (encrypted: they hold the NIK), and the answer it got."""

    pk = models.CompositePrimaryKey("branch_id", "device_id", "op_id")
    branch_id = models.IntegerField()
    device_id = models.UUIDField()
    op_id = models.UUIDField()
    seq = models.BigIntegerField()
    hash = models.BinaryField()
    prev = models.BinaryField()
    kind = models.TextField()
    sealed = models.BinaryField(null=True)
    """Null once the person's data has been erased; the hash stays."""
    received_at = models.DateTimeField()
    state = models.TextField(choices=OpState, default=OpState.RECEIVED)
    code = models.TextField(null=True)
    result = models.JSONField(null=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sync_op"
        indexes = [
            models.Index(
                fields=["branch_id", "device_id", "seq"],
                name="op_waiting",
                condition=Q(state__in=["received", "held"]),
            ),
            models.Index(
                fields=["branch_id", "received_at"],
                name="op_waiting_since",
                condition=Q(state__in=["received", "held"]),
            ),
        ]


class Chain(models.Model):
    """How far the chain of a device has been judged. Whoever judges holds this row's lock."""

    pk = models.CompositePrimaryKey("branch_id", "device_id")
    branch_id = models.IntegerField()
    device_id = models.UUIDField()
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField()

    class Meta:
        db_table = "sync_chain"


class PushProof(models.Model):
    """The signature of a push over the hash of its last op: evidence of who sent what."""

    pk = models.CompositePrimaryKey("branch_id", "device_id", "hash")
    branch_id = models.IntegerField()
    device_id = models.UUIDField()
    hash = models.BinaryField()
    seq = models.BigIntegerField()
    signature = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        db_table = "sync_push_proof"
