"""The second step of a login, guessed at most ten times in a quarter of an hour, from wherever and in whichever process.

allauth's own limit counts by address and process; whoever holds a password can have many addresses.
"""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.utils import timezone

from perisai.accounts import limit
from perisai.accounts.models import User
from perisai.errors import Refused

KIND = "second_step"
TRIES = 10
PER = timedelta(minutes=15)


class _Counted:
    user: User

    def clean_code(self) -> str:
        """Counted before the code is looked at, so that guesses at one moment count too; a right one begins anew."""
        key = str(self.user.pk)
        try:
            limit.take(kind=KIND, key=key, limit=TRIES, per=PER, now=timezone.now())
        except Refused as refused:
            raise get_adapter().validation_error("too_many_login_attempts") from refused
        code: str = super().clean_code()  # type: ignore[misc]  # of the form beside it
        limit.forget(kind=KIND, key=key)
        return code


class CountedAuthenticateForm(_Counted, AuthenticateForm):  # type: ignore[misc]  # allauth is untyped here
    """At login."""


class CountedReauthenticateForm(_Counted, ReauthenticateForm):  # type: ignore[misc]  # allauth is untyped here
    """Before something delicate."""
