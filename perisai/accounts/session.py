"""Sessions of a user: ended truly, at once."""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction


def end_sessions(user_id: UUID, *, but: str | None = None) -> int:
    """Deletes every session of the user (but the one with this key), so that the next request of each has to log in.
    Returns how many there were."""
    with transaction.atomic():
        mine = UserSession.objects.filter(user_id=user_id).exclude(session_key=but or "")
        found = list(mine.values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=found).delete()
        mine.delete()
    return len(found)


def end_session(user_id: UUID, session_id: int) -> bool:
    """Ends one session of the user; False where it is not theirs."""
    found = UserSession.objects.filter(pk=session_id, user_id=user_id).first()
    if found is None:
        return False
    found.end()
    return True
