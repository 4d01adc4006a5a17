from django.urls import path

from perisai.alerts import console

app_name = "alerts"
urlpatterns = [
    path("", console.page, name="page"),
    path("count/", console.count, name="count"),
    path("take/", console.take, name="take"),
    path("settings/", console.settings_page, name="settings"),
]
