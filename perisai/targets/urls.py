from django.urls import path

from perisai.targets import quota_acts, quota_console

app_name = "targets"
urlpatterns = [
    path("", quota_console.overview, name="overview"),
    path("quota/", quota_console.overview, name="quota_overview"),
    path("quota/requests/", quota_console.requests, name="quota_requests"),
    path("quota/<int:branch_id>/", quota_console.branch, name="quota"),
    path("quota/<int:branch_id>/change/", quota_acts.change, name="quota_change"),
    path("quota/<int:branch_id>/rules/", quota_acts.set_rules, name="quota_rules"),
    path("quota/<int:branch_id>/leases/<uuid:device_id>/back/", quota_acts.take_back, name="lease_back"),
    path("quota/<int:branch_id>/ask/", quota_acts.ask, name="quota_ask"),
    path("quota/<int:branch_id>/requests/<uuid:request_id>/", quota_acts.answer, name="quota_answer"),
]
