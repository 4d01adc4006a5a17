from django.urls import path

from perisai.agents import console

app_name = "agents"
urlpatterns = [
    path("", console.agent_list, name="list"),
    path("<uuid:agent_id>/", console.agent_find, name="find"),
    path("<int:branch_id>/<uuid:agent_id>/", console.agent_page, name="agent"),
]
