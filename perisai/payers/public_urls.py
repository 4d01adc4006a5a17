from django.urls import path

from perisai.payers import public

urlpatterns = [path("<str:token>/", public.page, name="group_coordinator")]
