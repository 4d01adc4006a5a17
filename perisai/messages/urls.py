from django.urls import path

from perisai.messages import console, settings_console

app_name = "messages"
urlpatterns = [
    path("", console.message_list, name="list"),
    path("settings/", settings_console.settings_page, name="settings"),
]
