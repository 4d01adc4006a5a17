from django.urls import path

from perisai.golive import console

app_name = "golive"
urlpatterns = [
    path("", console.page, name="page"),
    path("send/", console.send, name="send"),
    path("template/", console.template, name="template"),
    path("<uuid:file_id>/", console.file_page, name="file"),
    path("<uuid:file_id>/state/", console.state, name="state"),
    path("<uuid:file_id>/report/", console.report, name="report"),
    path("<uuid:file_id>/agents/", console.agents, name="agents"),
    path("<uuid:file_id>/handout/", console.hand_out, name="handout"),
    path("<uuid:file_id>/import/", console.begin_import, name="import"),
]
