"""What somebody sets for themselves: language, password, second factor, sessions."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from perisai.accounts.audience import EVERYBODY, PageRequest, audience, public
from perisai.accounts.models import User
from perisai.accounts.words import say

YEAR = timedelta(days=365)


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keeps the language in a cookie, and with the user where one is logged in. Goes back where they were."""
    chosen = request.POST.get("language")
    if chosen not in dict(settings.LANGUAGES):
        chosen = settings.LANGUAGE_CODE
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    response = HttpResponseRedirect(back)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@audience(*EVERYBODY, own=True)
def me(request: PageRequest) -> HttpResponse:
    """My profile: name, office, language; the doors to password, second factor and sessions."""
    if request.method == "POST":
        chosen = request.POST.get("language", "")
        if chosen in dict(settings.LANGUAGES):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
            messages.success(request, say("Tersimpan.", "Saved."))
        return HttpResponseRedirect(request.path)
    return render(request, "accounts/me.html", {"languages": settings.LANGUAGES})
