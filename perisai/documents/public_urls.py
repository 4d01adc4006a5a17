from django.urls import path

from perisai.documents import public

urlpatterns = [
    path("", public.find, name="document_check_find"),
    path("<str:token>/", public.check, name="document_check"),
]
