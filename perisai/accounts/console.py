"""Staff pages on accounts: list, make, change, close."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from perisai.accounts import queries, user
from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.forms import ROLE_WORDS, UserForm
from perisai.accounts.granting import MANAGERS
from perisai.accounts.models import Role, User
from perisai.accounts.words import say
from perisai.errors import Refused

READERS = (*MANAGERS, Role.AUDITOR)


@audience(*READERS)
def user_list(request: PageRequest) -> HttpResponse:
    """Accounts of my part of the tree; filters ``q``, ``role``, ``state`` and ``page`` in the address."""
    text, role, state = (request.GET.get(name, "").strip() for name in ("q", "role", "state"))
    found = queries.users(request.viewer, text=text, role=role if role in Role.values else "", state=state)
    page = Paginator(found, queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "q": text,
        "role": role,
        "state": state,
        "roles": [(r.value, say(*ROLE_WORDS[r])) for r in Role],
        "role_words": _role_words(),
        "may_create": request.viewer.role in MANAGERS,
    }
    return render(request, "accounts/user_list.html", context)


@audience(*MANAGERS)
def user_new(request: PageRequest) -> HttpResponse:
    """A form, and after it the first password, shown once."""
    form = UserForm(request.viewer, request.work, request.POST or None, initial={"language": "id"})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made, password = user.create_user(
                request.work,
                viewer=request.viewer,
                username=data["username"],
                full_name=data["full_name"],
                role=Role(data["role"]),
                office=data["office"],
                email=data["email"],
                language=data["language"],
                agent_id=form.agent,
            )
        except Refused as refused:
            return _form(request, form, refused=refused)
        return render(request, "accounts/user_secret.html", {"user_shown": made, "password": password})
    return _form(request, form)


@audience(*READERS)
def user_page(request: PageRequest, user_id: UUID) -> HttpResponse:
    """One account: what may be changed of it, and its sessions."""
    shown = _get(request, user_id)
    may = user.may_manage(request.viewer, shown)
    initial = {
        "full_name": shown.full_name,
        "role": shown.role,
        "office": shown.office_id,
        "email": shown.email,
        "language": shown.language,
    }
    form = UserForm(request.viewer, request.work, request.POST or None, user=shown, initial=initial) if may else None
    if request.method == "POST":
        if form is None:
            raise Refused("E2011")
        if form.is_valid():
            data = form.cleaned_data
            try:
                user.edit_user(
                    request.work,
                    viewer=request.viewer,
                    user=shown,
                    full_name=data["full_name"],
                    role=Role(data["role"]),
                    office=data["office"],
                    email=data["email"],
                    language=data["language"],
                )
            except Refused as refused:
                return _user_page(request, shown, form, may=may, refused=refused)
            messages.success(request, say("Perubahan tersimpan.", "Changes saved."))
            return HttpResponseRedirect(request.path)
        return _user_page(request, shown, form, may=may, status=422)
    return _user_page(request, shown, form, may=may)


@audience(*MANAGERS)
@require_POST
def user_act(request: PageRequest, user_id: UUID, act: str) -> HttpResponse:
    """``deactivate``, ``reactivate``, ``password``, ``mfa`` or ``sessions`` (all, or the one posted as ``session``)."""
    shown = _get(request, user_id)
    work, viewer = request.work, request.viewer
    if act == "password":
        password = user.reset_password(work, viewer=viewer, user=shown)
        return render(request, "accounts/user_secret.html", {"user_shown": shown, "password": password})
    if act == "deactivate":
        user.deactivate(work, viewer=viewer, user=shown)
        said = say("Akun ditutup dan semua sesinya berakhir.", "The account is closed and its sessions have ended.")
    elif act == "reactivate":
        user.reactivate(work, viewer=viewer, user=shown)
        said = say("Akun dibuka lagi.", "The account is open again.")
    elif act == "mfa":
        user.reset_mfa(work, viewer=viewer, user=shown)
        said = say(
            "Langkah kedua dihapus. Ia memasangnya lagi saat masuk.",
            "The second step is removed. They set it up again at login.",
        )
    elif act == "sessions":
        one = request.POST.get("session", "")
        if one and not (one.isascii() and one.isdigit() and len(one) < 10):
            raise Refused("E1004")
        user.end_user_sessions(work, viewer=viewer, user=shown, session_id=int(one) if one else None)
        said = say("Sesi diakhiri.", "Ended.")
    else:
        raise Refused("E1004")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("accounts_user", args=[shown.pk]))


def _get(request: PageRequest, user_id: UUID) -> User:
    found = queries.users(request.viewer).filter(pk=user_id).first()
    if found is None:
        raise Refused("E1004")
    return found


def _form(request: PageRequest, form: UserForm, *, refused: Refused | None = None) -> HttpResponse:
    context = {"form": form, "refused": refused and refused.answer()}
    status = refused.status if refused else (422 if form.is_bound else 200)
    return render(request, "accounts/user_new.html", context, status=status)


def _user_page(
    request: PageRequest,
    shown: User,
    form: UserForm | None,
    *,
    may: bool,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "user_shown": shown,
        "form": form,
        "may": may,
        "refused": refused and refused.answer(),
        "role_words": _role_words(),
        "has_mfa": queries.has_second_factor(shown.pk),
        "sessions": queries.sessions_of(shown.pk) if may else [],
    }
    return render(request, "accounts/user_page.html", context, status=refused.status if refused else status)


def _role_words() -> dict[str, str]:
    return {role.value: say(*words) for role, words in ROLE_WORDS.items()}
