from django.urls import path

from perisai.reports import console

app_name = "reports"
urlpatterns = [
    path("", console.start, name="start"),
    path("<str:level>/<str:key>/", console.scope_page, name="scope"),
    path("<str:level>/<str:key>/subscribe/", console.subscribe, name="subscribe"),
    path("<str:level>/<str:key>/<str:kind>/<str:day>/", console.report, name="report"),
]
