from django.urls import URLPattern, URLResolver, path

from perisai.portal import answer

urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:token>", answer.answer, name="portal_answer"),
    path("<str:token>/berhenti", answer.stop, name="portal_stop"),
    path("<str:token>/lewat", answer.prefer, name="portal_prefer"),
]
