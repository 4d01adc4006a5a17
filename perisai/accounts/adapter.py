"""allauth as this platform uses it: nobody signs up, secrets are sealed, a second factor stays."""

import base64
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import lazy

from perisai.accounts.client import client_ip
from perisai.accounts.models import User
from perisai.accounts.queries import has_second_factor
from perisai.accounts.words import say
from perisai.events.vault import seal, unseal

FRESH = timedelta(minutes=5)


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped here
    """Accounts are made by the head of an office, in ``accounts.user``."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth calls it so
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: ARG002 - allauth calls it so
        return username.strip().lower()

    def set_password(self, user: User, password: str) -> None:
        """A password of one's own ends the duty to change the first one."""
        user.set_password(password)
        user.must_change_password = False
        user.password_changed_at = timezone.now()
        user.save(update_fields=["password", "must_change_password", "password_changed_at"])

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for the very first second factor, and its recovery codes: whoever sets it up has just logged in and could
        open nothing else before."""
        user = context.request.user
        if isinstance(user, User) and not has_second_factor(user.pk, before=timezone.now() - FRESH):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Nothing is mailed: not everybody has an address, and no door opens by mail."""


class SealedMfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is untyped here
    """Seeds of TOTP and recovery codes lie in the database under AES-GCM only."""

    error_messages: ClassVar = DefaultMFAAdapter.error_messages | {
        "incorrect_code": lazy(say, str)(
            "Kode salah, sudah lewat, atau sudah dipakai: tunggu kode berikutnya.",
            "This code is wrong, over, or used already: wait for the next one.",
        )
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(seal(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(base64.b64decode(encrypted_text)).decode()

    def build_totp_svg(self, url: str) -> str:
        """A QR code of dark on light, whatever the theme: cameras read it best."""
        out = BytesIO()
        segno.make(url, error="m").save(out, kind="svg", scale=5, border=3, dark="#000", light="#fff", xmldecl=False)
        return out.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second factor stays: it is replaced, or taken away by the head of the office."""
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=kinds).exclude(
            pk=authenticator.pk
        )
        return bool(others.exists())

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002, ARG002 - allauth calls it so
        return say("Kunci sandi", "Passkey")
