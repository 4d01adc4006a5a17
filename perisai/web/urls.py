"""All addresses: each room brings its own."""

from django.contrib import admin
from django.urls import include, path

from perisai.web.api import api
from perisai.web.field_app import field_app, shared_too_early
from perisai.web.health import healthz
from perisai.web.home import home
from perisai.web.simulate import bank_desk, bank_statement, receiver, sms

urlpatterns = [
    path("", home),
    path("healthz", healthz),
    path("app/", field_app),
    path("app/share", shared_too_early),
    path("app/<path:file>", field_app),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("console/", include("perisai.web.console.urls")),
    path("console/accounts/", include("perisai.accounts.urls")),
    path("console/offices/", include("perisai.offices.urls")),
    path("console/agents/", include("perisai.agents.urls")),
    path("console/agencies/", include("perisai.agencies.urls")),
    path("console/golive/", include("perisai.golive.urls")),
    path("console/recruitment/", include("perisai.recruitment.urls")),
    path("console/training/", include("perisai.training.urls")),
    path("console/exams/", include("perisai.exams.urls")),
    path("console/supervision/", include("perisai.supervision.urls")),
    path("console/members/", include("perisai.members.urls")),
    path("console/employers/", include("perisai.employers.urls")),
    path("console/contributions/", include("perisai.contributions.urls")),
    path("console/rules/", include("perisai.contributions.rules.urls")),
    path("console/payments/", include("perisai.payments.urls")),
    path("console/reconciliation/", include("perisai.reconciliation.urls")),
    path("console/documents/", include("perisai.documents.urls")),
    path("console/alerts/", include("perisai.alerts.urls")),
    path("console/reports/", include("perisai.reports.urls")),
    path("console/custody/", include("perisai.custody.urls")),
    path("console/payers/", include("perisai.payers.urls")),
    path("console/targets/", include("perisai.targets.urls")),
    path("console/live/", include("perisai.web.live.urls")),
    path("console/messages/", include("perisai.messages.urls")),
    path("console/reminders/", include("perisai.reminders.urls")),
    path("console/feeds/", include("perisai.feeds.urls")),
    path("p/", include("perisai.portal.urls")),
    path("j/", include("perisai.portal.answer_urls")),
    path("usaha/", include("perisai.employers.public_urls")),
    path("daftar-agen/", include("perisai.recruitment.public_urls")),
    path("daftar-kantor/", include("perisai.agencies.public_urls")),
    path("ujian/", include("perisai.exams.public_urls")),
    path("agen/", include("perisai.agents.public_urls")),
    path("kuitansi/", include("perisai.custody.public_urls")),
    path("kelompok/", include("perisai.payers.public_urls")),
    path("cek-dokumen/", include("perisai.documents.public_urls")),
    path("berkas/", include("perisai.supervision.public_urls")),
    path("latihan/", include("perisai.practice.urls")),
    path("simulate/bank/<path:path>", bank_desk.desk),
    path("simulate/mutasi/<slug:bank_id>/", bank_statement.download),
    path("simulate/sms/", sms.page),
    path("simulate/sms/send", sms.take),
    path("simulate/receiver/", receiver.page),
    path("simulate/receiver/in", receiver.take),
    path("simulate/receiver/busy", receiver.busy),
    path("", api.urls),
]

handler403 = "perisai.web.not_here.permission_denied"
handler404 = "perisai.web.not_here.page_not_found"
handler500 = "perisai.web.database_away.server_error"
