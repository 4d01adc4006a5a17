from django.urls import path

from perisai.custody import public

urlpatterns = [
    path("", public.find, name="receipt_find"),
    path("<str:text>", public.check, name="receipt_check"),
]
