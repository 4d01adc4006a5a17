from django.urls import path, register_converter

from perisai.members import console
from perisai.members.consents import console as consent_console
from perisai.members.core import console as core_console


class Sha256Converter:
    regex = "[0-9a-f]{64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ExportConverter:
    regex = "csv|xlsx"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Sha256Converter, "sha256")
register_converter(ExportConverter, "export")

app_name = "members"
urlpatterns = [
    path("", console.member_list, name="list"),
    path("export.<export:form>", console.member_export, name="export"),
    path("<uuid:enrolment_id>/", console.member_find, name="find"),
    path("<int:branch_id>/<uuid:enrolment_id>/", console.member_page, name="member"),
    path("<int:branch_id>/<uuid:enrolment_id>/consent/", consent_console.collect, name="consent"),
    path("<int:branch_id>/<uuid:enrolment_id>/unmask/", console.member_unmask, name="unmask"),
    path("<int:branch_id>/<uuid:enrolment_id>/photo/<sha256:sha256>/", console.member_photo, name="photo"),
    path("core/", core_console.page, name="core"),
    path("core/export/", core_console.export, name="core-export"),
    path("core/export/<uuid:batch>/", core_console.export_again, name="core-export-again"),
    path("core/import/", core_console.take, name="core-import"),
    path("core/template/", core_console.template, name="core-template"),
]
