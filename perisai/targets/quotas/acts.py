"""What staff do on the quota's pages: set a target, change the rules, take slots back, ask for more and answer."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.words import say
from perisai.errors import Refused
from perisai.events.work import branch_day
from perisai.targets.plans.console import form_of
from perisai.targets.quotas import ceiling, lease, request
from perisai.targets.quotas import merge as quota_merge
from perisai.targets.quotas import setting as quota_setting
from perisai.targets.quotas.console import (
    EDITORS,
    branch_page,
    find_office,
    month_of,
    period_asked,
    requests_page,
)
from perisai.targets.quotas.labels import REASONS

__all__ = ["answer", "ask", "change", "set_rules", "take_back"]


@audience(*EDITORS)
@form_of("targets:quota")
def change(asked: PageRequest, branch_id: int) -> HttpResponse:
    """Sets the target of a month, over all segments or of one, with cap and mode of its quota, and the reason. A branch's head is
    bound by what the office above gave."""
    office, period = find_office(asked, branch_id), period_asked(asked)
    try:
        reason = asked.POST.get("reason", "")
        if reason not in REASONS:
            raise Refused("E8005")
        segment, typed = asked.POST.get("segment") or "all", asked.POST.dict()
        mine = {name: str(_whole(typed.get(name, ""))) for name in ("target", "cap_percent")}
        mine |= {"mode": typed.get("mode", "")}
        values = quota_merge.merge_target(
            asked.work, branch_id=branch_id, month=period, segment=segment, mine=mine, sent=typed
        )
        target, percent, mode = int(values["target"]), int(values["cap_percent"]), values["mode"]
        ceiling.check_target(
            asked.work,
            role=asked.viewer.role,
            branch_id=branch_id,
            month=period,
            segment=segment,
            target=target,
            cap_percent=percent,
            mode=mode,
        )
        cap = quota_setting.set_quota(
            asked.work,
            branch_id=branch_id,
            period=period,
            target=target,
            cap_percent=percent,
            mode=mode,
            reason=reason,
            segment=segment,
        )
    except Refused as refused:
        return branch_page(asked, office, period, refused=refused)
    said = say("Tersimpan. Batasnya sekarang %(cap)s orang.", "Saved. The cap is now %(cap)s people.")
    messages.success(asked, said % {"cap": cap})
    return _back(branch_id, period)


@audience(*EDITORS)
@form_of("targets:quota")
def set_rules(asked: PageRequest, branch_id: int) -> HttpResponse:
    """How the branch caps from a month on: of the present period at the earliest, for what is over is not counted anew."""
    office, period = find_office(asked, branch_id), period_asked(asked)
    try:
        from_month, every = month_of(asked.POST.get("from_month", "")), asked.POST.get("every", "")
        this_month = branch_day(asked.work.now, office.timezone).replace(day=1)
        if from_month is None or from_month < quota_setting.begins(every, this_month):
            raise Refused("E5002")
        typed, role = asked.POST.dict(), asked.viewer.role
        mine = {"every": every, "by_segment": "1" if typed.get("by_segment") == "1" else ""}
        mine |= {"cap_percent": str(_whole(typed.get("cap_percent", ""))), "mode": typed.get("mode", "")}
        values = quota_merge.merge_rules(asked.work, branch_id=branch_id, from_month=from_month, mine=mine, sent=typed)
        every, percent, mode = values["every"], int(values["cap_percent"]), values["mode"]
        ceiling.check_rules(
            asked.work, role=role, branch_id=branch_id, from_month=from_month, cap_percent=percent, mode=mode
        )
        quota_setting.set_setting(
            asked.work,
            branch_id=branch_id,
            from_month=from_month,
            every=every,
            by_segment=values["by_segment"] == "1",
            cap_percent=percent,
            mode=mode,
            reason=asked.POST.get("why", ""),
        )
    except Refused as refused:
        return branch_page(asked, office, period, refused=refused)
    messages.success(asked, say("Aturan kuota tersimpan.", "The rules of the quota are saved."))
    return _back(branch_id, from_month)


@audience(*EDITORS)
@form_of("targets:quota")
def take_back(asked: PageRequest, branch_id: int, device_id: UUID) -> HttpResponse:
    """Takes the slots of one phone back into the pool."""
    office, period = find_office(asked, branch_id), period_asked(asked)
    try:
        slots = lease.take_back(asked.work, branch_id=branch_id, device_id=device_id)
    except Refused as refused:
        return branch_page(asked, office, period, refused=refused)
    said = say("%(n)s jatah kembali ke kuota.", "%(n)s slots are back in the quota.")
    messages.success(asked, said % {"n": slots})
    return _back(branch_id, period)


@audience(*request.ASKS)
@form_of("targets:quota")
def ask(asked: PageRequest, branch_id: int) -> HttpResponse:
    office, period = find_office(asked, branch_id), period_asked(asked)
    try:
        begins = month_of(asked.POST.get("begins", "")) or period
        request.ask(
            asked.work,
            branch_id=branch_id,
            period=begins,
            segment=asked.POST.get("segment") or "all",
            asked=_whole(asked.POST.get("slots", "")),
            reason=asked.POST.get("why", ""),
        )
    except Refused as refused:
        return branch_page(asked, office, period, refused=refused)
    messages.success(asked, say("Permintaan terkirim ke kantor wilayah.", "The request went to the region office."))
    return _back(branch_id, period)


@audience(*request.ASKS, *request.DECIDES)
@form_of("targets:quota")
def answer(asked: PageRequest, branch_id: int, request_id: UUID) -> HttpResponse:
    """Grants all or part, refuses with a reason, or withdraws one's own."""
    office = find_office(asked, branch_id)
    decision, role = asked.POST.get("decision", ""), asked.viewer.role
    if (decision == "withdraw") != (role in request.ASKS):
        raise Refused("E1004")
    try:
        said = _answer(asked, branch_id, request_id, decision)
    except Refused as refused:
        if role in request.ASKS:
            return branch_page(asked, office, period_asked(asked), refused=refused)
        branches = None if asked.viewer.branches is None else list(asked.viewer.branches)
        return requests_page(asked, request.of_branches(asked.work, branches=branches), refused=refused)
    messages.success(asked, said)
    if role in request.ASKS:
        return _back(branch_id, period_asked(asked))
    return redirect("targets:quota_requests")


def _answer(asked: PageRequest, branch_id: int, request_id: UUID, decision: str) -> str:
    which = {"branch_id": branch_id, "request_id": request_id}
    if decision == "withdraw":
        request.withdraw(asked.work, branch_id=branch_id, request_id=request_id)
        return say("Permintaan ditarik.", "The request is withdrawn.")
    if decision == "refuse":
        request.refuse(asked.work, answer=asked.POST.get("answer", ""), branch_id=branch_id, request_id=request_id)
        return say("Permintaan ditolak, dengan alasannya.", "The request is refused, with the reason.")
    granted = _whole(asked.POST.get("granted", ""))
    text = asked.POST.get("answer", "")
    cap = request.approve(asked.work, granted=granted, answer=text, **which)  # type: ignore[arg-type]
    said = say(
        "Disetujui. Batasnya sekarang %(cap)s orang; yang menunggu masuk dalam satu menit.",
        "Granted. The cap is now %(cap)s people; who waits gets in within a minute.",
    )
    return said % {"cap": cap}


def _back(branch_id: int, period: date) -> HttpResponse:
    return redirect(f"{reverse('targets:quota', args=[branch_id])}?period={period:%Y-%m}")


def _whole(text: str) -> int:
    """Digits with or without points between thousands. Raises E5002."""
    bare = text.strip().replace(".", "").replace(",", "").replace(" ", "")
    if not bare.isdecimal() or len(bare) > 9:
        raise Refused("E5002")
    return int(bare)
