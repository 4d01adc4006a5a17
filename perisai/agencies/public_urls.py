from django.urls import path

from perisai.agencies import public

urlpatterns = [path("", public.apply, name="agency_apply")]
