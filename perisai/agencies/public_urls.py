from django.urls import path

from perisai.agencies import public

urlpatterns = [
    path("", public.apply, name="agency_apply"),
    path("cek/", public.find, name="agency_find"),
    path("saya/<str:token>/", public.mine, name="agency_mine"),
    path("saya/<str:token>/berkas/<str:item>/", public.add_paper, name="agency_paper"),
    path("saya/<str:token>/mundur/", public.withdraw, name="agency_withdraw"),
]
