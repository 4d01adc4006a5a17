"""The second step of a login, guessed at most ten times in a quarter of an hour, from wherever and in whichever process.

allauth's own limit counts by address and process; whoever holds a password can have many addresses. Its mark of a used code is of
one process too: here a code of the app opens once, in whichever process it is read (RFC 6238, section 5.2).
"""

from datetime import UTC, datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.utils import timezone

from perisai.accounts import limit
from perisai.accounts.models import User
from perisai.errors import Refused

KIND = "second_step"
TRIES = 10
PER = timedelta(minutes=15)
ONCE = "second_step_once"
KEPT = timedelta(minutes=5)


class _Counted:
    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        """Counted before the code is looked at, so that guesses at one moment count too; a right one begins anew."""
        key = str(self.user.pk)
        try:
            limit.take(kind=KIND, key=key, limit=TRIES, per=PER, now=timezone.now())
        except Refused as refused:
            raise get_adapter().validation_error("too_many_login_attempts") from refused
        code: str = super().clean_code()  # type: ignore[misc]  # of the form beside it
        if self.authenticator.type == Authenticator.Type.TOTP:
            self._use_up(code)
        limit.forget(kind=KIND, key=key)
        return code

    def _use_up(self, code: str) -> None:
        """Noted by the moment that the code is of, not by the present one: it falls into one window whenever it is tried, and that
        outlives it."""
        secret = decrypt(self.authenticator.data["secret"])
        for counter in totp.yield_hotp_counters_from_time():
            if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, counter))):
                last = datetime.fromtimestamp(
                    (counter + 1 + settings.MFA_TOTP_TOLERANCE) * settings.MFA_TOTP_PERIOD, UTC
                )
                try:
                    limit.take(kind=ONCE, key=f"{self.user.pk}:{counter}", limit=1, per=KEPT, now=last)
                except Refused as refused:
                    raise get_mfa_adapter().validation_error("incorrect_code") from refused


class CountedAuthenticateForm(_Counted, AuthenticateForm):  # type: ignore[misc]  # allauth is untyped here
    """At login."""


class CountedReauthenticateForm(_Counted, ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped here
    """Before something delicate."""
