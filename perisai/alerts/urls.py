from django.urls import path

from perisai.alerts import console
from perisai.alerts.mine import mine

app_name = "alerts"
urlpatterns = [
    path("", console.page, name="page"),
    path("count/", console.count, name="count"),
    path("take/", console.take, name="take"),
    path("mine/", mine, name="mine"),
    path("settings/", console.settings_page, name="settings"),
]
