from django.urls import path

from perisai.agents import public

urlpatterns = [
    path("", public.find, name="agent_check_find"),
    path("<str:text>", public.check, name="agent_check"),
    path("<str:text>/foto", public.photo, name="agent_check_photo"),
]
