from django.urls import path

from perisai.agencies import agreement_console, application_console, console, ending_console

app_name = "agencies"
urlpatterns = [
    path("", console.overview, name="list"),
    path("new/", application_console.new, name="apply"),
    path("<int:branch_id>/applications/<uuid:application_id>/", application_console.page, name="application"),
    path("<int:branch_id>/applications/<uuid:application_id>/check/", application_console.check, name="check"),
    path(
        "<int:branch_id>/applications/<uuid:application_id>/papers/<uuid:document_id>/",
        application_console.paper,
        name="paper",
    ),
    path("<int:branch_id>/applications/<uuid:application_id>/approve/", application_console.approve, name="approve"),
    path("<int:branch_id>/applications/<uuid:application_id>/refuse/", application_console.refuse, name="refuse"),
    path("<int:branch_id>/<int:office_id>/", console.office_page, name="office"),
    path("<int:branch_id>/<int:office_id>/draft/", agreement_console.draft, name="draft"),
    path("<int:branch_id>/<int:office_id>/end/", ending_console.end, name="end"),
    path("<int:branch_id>/<int:office_id>/<uuid:agreement_id>/sign/", agreement_console.sign, name="sign"),
    path("<int:branch_id>/<int:office_id>/<uuid:agreement_id>/withdraw/", agreement_console.withdraw, name="withdraw"),
    path("<int:branch_id>/<int:office_id>/<uuid:agreement_id>/pdf/", agreement_console.pdf, name="pdf"),
    path("<int:branch_id>/<int:office_id>/<uuid:agreement_id>/scan/", agreement_console.scan_file, name="scan"),
    path(
        "<int:branch_id>/<int:office_id>/<uuid:agreement_id>/scan/<uuid:scan_id>/",
        agreement_console.scan_file,
        name="scan_version",
    ),
    path("<int:branch_id>/<int:office_id>/keep/<uuid:proposal_id>/", ending_console.keep, name="keep"),
]
