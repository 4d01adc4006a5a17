from django.urls import path

from perisai.payers import group_console, sponsor_console, task_console

app_name = "payers"
urlpatterns = [
    path("sponsors/", sponsor_console.page, name="sponsors"),
    path("sponsors/make/", sponsor_console.make, name="sponsor_make"),
    path("sponsors/template/", sponsor_console.template, name="funding_template"),
    path("sponsors/ending/", task_console.page, name="tasks"),
    path("sponsors/<int:branch_id>/<uuid:sponsor_id>/", sponsor_console.sponsor_page, name="sponsor"),
    path("sponsors/<int:branch_id>/<uuid:sponsor_id>/fund/", sponsor_console.fund, name="fund"),
    path("sponsors/<int:branch_id>/<uuid:sponsor_id>/change/", sponsor_console.change, name="sponsor_change"),
    path("sponsors/<int:branch_id>/<uuid:sponsor_id>/order/", sponsor_console.order, name="sponsor_order"),
    path("sponsors/<int:branch_id>/<uuid:sponsor_id>/answer/", sponsor_console.answer, name="answer"),
    path(
        "sponsors/<int:branch_id>/<uuid:sponsor_id>/statement.<str:form>",
        sponsor_console.statement_file,
        name="statement",
    ),
    path("groups/", group_console.page, name="groups"),
    path("groups/make/", group_console.make, name="group_make"),
    path("groups/<int:branch_id>/<uuid:group_id>/", group_console.group_page, name="group"),
    path("groups/<int:branch_id>/<uuid:group_id>/sheet/", group_console.sheet, name="group_sheet"),
    path("groups/<int:branch_id>/<uuid:group_id>/change/", group_console.change, name="group_change"),
    path("groups/<int:branch_id>/<uuid:group_id>/order/", group_console.order, name="group_order"),
]
