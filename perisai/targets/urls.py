from django.urls import path

from perisai.targets.plans import console as plan_console
from perisai.targets.plans import edit_console as plan_edit_console
from perisai.targets.plans import file_console as plan_file_console
from perisai.targets.quotas import acts as quota_acts
from perisai.targets.quotas import console as quota_console

app_name = "targets"
urlpatterns = [
    path("", plan_console.overview, name="tree"),
    path("waiting/", plan_console.waiting, name="waiting"),
    path("mine/", plan_console.mine, name="mine"),
    path("mine/ask/", plan_console.ask, name="ask"),
    path("mine/<int:office_id>/<uuid:proposal_id>/withdraw/", plan_console.withdraw, name="withdraw"),
    path("plan/<int:office_id>/", plan_edit_console.plan_page, name="plan"),
    path("plan/<int:office_id>/start/", plan_edit_console.start, name="start"),
    path("plan/<int:office_id>/<uuid:plan_id>/again/", plan_edit_console.take_up, name="take_up"),
    path("plan/<int:office_id>/moved/", plan_edit_console.leave_out, name="leave_out"),
    path("plan/<int:office_id>/<uuid:plan_id>/save/", plan_edit_console.save, name="save"),
    path("plan/<int:office_id>/<uuid:plan_id>/split/", plan_edit_console.split, name="split"),
    path("plan/<int:office_id>/<uuid:plan_id>/propose/", plan_edit_console.propose, name="propose"),
    path("plan/<int:office_id>/<uuid:plan_id>/back/", plan_edit_console.take_back, name="take_back"),
    path("plan/<int:office_id>/<uuid:plan_id>/decide/", plan_edit_console.decide, name="decide"),
    path("plan/<int:office_id>/<uuid:plan_id>/take/", plan_edit_console.take, name="take"),
    path("plan/<int:office_id>/<uuid:proposal_id>/refuse/", plan_edit_console.refuse, name="refuse"),
    path("plan/<int:office_id>/<uuid:plan_id>/export.xlsx", plan_file_console.export, name="export"),
    path("plan/<int:office_id>/<uuid:plan_id>/import/", plan_file_console.bring, name="import"),
    path("labour/<int:office_id>/", plan_file_console.labour, name="labour"),
    path("labour/<int:office_id>/template.xlsx", plan_file_console.labour_template, name="labour_template"),
    path("quota/", quota_console.overview, name="quota_overview"),
    path("quota/requests/", quota_console.requests, name="quota_requests"),
    path("quota/<int:branch_id>/", quota_console.branch, name="quota"),
    path("quota/<int:branch_id>/change/", quota_acts.change, name="quota_change"),
    path("quota/<int:branch_id>/rules/", quota_acts.set_rules, name="quota_rules"),
    path("quota/<int:branch_id>/leases/<uuid:device_id>/back/", quota_acts.take_back, name="lease_back"),
    path("quota/<int:branch_id>/ask/", quota_acts.ask, name="quota_ask"),
    path("quota/<int:branch_id>/requests/<uuid:request_id>/", quota_acts.answer, name="quota_answer"),
]
