from django.urls import path

from perisai.messages import console

app_name = "messages"
urlpatterns = [path("", console.message_list, name="list")]
