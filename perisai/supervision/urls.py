from django.urls import path

from perisai.supervision import console, handover_console

app_name = "supervision"
_AGENT = "<int:branch_id>/<uuid:agent_id>/"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("<int:branch_id>/handover/<str:giver>/", handover_console.page, name="handover"),
    path("<int:branch_id>/handover/<str:giver>/members/", handover_console.choose, name="choose"),
    path(_AGENT, console.agent_file, name="file"),
    path(_AGENT + "link/", console.personal_link, name="link"),
    path(_AGENT + "measure/", console.take_measure, name="measure"),
    path(_AGENT + "absence/", console.record_absence, name="absence"),
    path(_AGENT + "absence/<uuid:absence_id>/back/", console.end_absence, name="back"),
    path(_AGENT + "appeal/<uuid:measure_id>/", console.file_appeal, name="appeal"),
    path(_AGENT + "appeal/<uuid:appeal_id>/decide/", console.decide_appeal, name="decide_appeal"),
    path(_AGENT + "idle/<uuid:proposal_id>/", console.decide_idle, name="decide_idle"),
    path(_AGENT + "paper/<uuid:document_id>/", console.paper, name="paper"),
    path(_AGENT + "undo/<uuid:handover_id>/", handover_console.undo, name="undo"),
]
