"""People who log in, and the phones of agents."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from perisai.events.ids import uuid7


class Role(models.TextChoices):
    AGENT = "agent", "Agen Perisai"
    AGENCY = "agency", "Kantor Perisai"
    SUB_BRANCH = "sub_branch", "Petugas KCP"
    BRANCH = "branch", "Petugas Kantor Cabang"
    BRANCH_HEAD = "branch_head", "Kepala Kantor Cabang"
    REGION = "region", "Kantor Wilayah"
    HEAD_OFFICE = "head_office", "Kantor Pusat"
    AUDITOR = "auditor", "Auditor"
    SYSTEM = "system", "Sistem"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who logs in. What they may see is the part of the office tree under ``office``, by ``role``."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.TextField(unique=True)
    email = models.EmailField(blank=True, default="")
    full_name = models.TextField()
    role = models.TextField(choices=Role)
    office = models.ForeignKey("offices.Office", models.PROTECT)
    agent_id = models.UUIDField(null=True, blank=True, unique=True)
    language = models.CharField(max_length=2, default="id", choices=[("id", "Bahasa Indonesia"), ("en", "English")])
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "role"]

    class Meta:
        db_table = "accounts_user"

    @property
    def is_staff(self) -> bool:
        """May open the admin pages of master data."""
        return self.is_superuser

    def __str__(self) -> str:
        return self.full_name


class DeviceState(models.TextChoices):
    ACTIVE = "active", "aktif"
    REPLACED = "replaced", "diganti"
    REVOKED = "revoked", "dicabut"


class Device(models.Model):
    """National registry of phones: found by id before the branch is known, so outside row-level security."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    branch_id = models.IntegerField()
    agent_id = models.UUIDField()
    public_key = models.BinaryField()
    """SubjectPublicKeyInfo, DER, P-256."""
    name = models.TextField()
    app = models.TextField()
    state = models.TextField(choices=DeviceState, default=DeviceState.ACTIVE)
    activated_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True)
    end_reason = models.TextField(blank=True, default="")
    previous_id = models.UUIDField(null=True)
    previous_seq = models.BigIntegerField(null=True)
    previous_hash = models.BinaryField(null=True)

    class Meta:
        db_table = "accounts_device"
        indexes = [models.Index(fields=["branch_id", "agent_id"], name="device_agent")]


class ActivationCode(models.Model):
    """One-time code for a phone; only its keyed hash is kept."""

    code_hash = models.BinaryField(primary_key=True)
    branch_id = models.IntegerField()
    agent_id = models.UUIDField()
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, models.PROTECT, null=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    device_id = models.UUIDField(null=True)
    replaces = models.UUIDField(null=True)
    """The phone that the new one takes the place of, where the old one cannot say so itself."""

    class Meta:
        db_table = "accounts_activation_code"
        indexes = [models.Index(fields=["branch_id", "agent_id"], name="activation_agent")]
