"""Staff pages about an agent's photo."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from perisai.accounts.audience import PageRequest, audience
from perisai.accounts.words import say
from perisai.agents import life_console, photo
from perisai.errors import Refused


@audience(*life_console.READERS)
@require_GET
def photo_image(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    """The photo that counts, for whoever may see the agent. 404 where there is none."""
    life_console.get_agent(request, branch_id, agent_id)
    jpeg = photo.find(request.work, branch_id=branch_id, agent_id=agent_id)
    if jpeg is None:
        raise Http404
    return HttpResponse(jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


@audience(*life_console.PLACERS)
@require_POST
def give_photo(request: PageRequest, branch_id: int, agent_id: UUID) -> HttpResponse:
    life_console.get_agent(request, branch_id, agent_id)
    sent = request.FILES.get("photo")
    try:
        data = sent.read(photo.MOST_BYTES + 1) if sent is not None else b""
        photo.give(request.work, branch_id=branch_id, agent_id=agent_id, data=data)
    except Refused as refused:
        return life_console.show_licence(request, branch_id, agent_id, refused)
    messages.success(request, say("Foto tersimpan.", "The photo is saved."))
    return redirect("agents:licence", branch_id=branch_id, agent_id=agent_id)
