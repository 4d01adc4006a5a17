from django.urls import path

from perisai.agents import console, life_console, overview_console, photo_console

app_name = "agents"
_AGENT = "<int:branch_id>/<uuid:agent_id>/"
urlpatterns = [
    path("", console.agent_list, name="list"),
    path("licences/", overview_console.licences, name="licences"),
    path("coverage/", overview_console.coverage_start, name="coverage"),
    path("coverage/<int:branch_id>/", overview_console.coverage_branch, name="coverage_branch"),
    path("<uuid:agent_id>/", console.agent_find, name="find"),
    path(_AGENT, console.agent_page, name="agent"),
    path(_AGENT + "licence/", life_console.licence_page, name="licence"),
    path(_AGENT + "licence/issue/", life_console.issue_licence, name="issue"),
    path(_AGENT + "licence/renew/", life_console.renew_licence, name="renew"),
    path(_AGENT + "licence/refuse/", life_console.refuse_renewal, name="refuse_renewal"),
    path(_AGENT + "licence/revoke/", life_console.revoke_licence, name="revoke"),
    path(_AGENT + "photo/", photo_console.photo_image, name="photo"),
    path(_AGENT + "photo/give/", photo_console.give_photo, name="give_photo"),
    path(_AGENT + "badge/", life_console.badge, name="badge"),
    path(_AGENT + "letter/", life_console.letter, name="letter"),
    path(_AGENT + "placement/", life_console.placement_page, name="placement"),
    path(_AGENT + "place/", life_console.place, name="place"),
]
