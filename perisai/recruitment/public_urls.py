from django.urls import path

from perisai.recruitment import public

urlpatterns = [
    path("", public.apply, name="candidate_apply"),
    path("cek/", public.find, name="candidate_find"),
    path("saya/<str:token>/", public.mine, name="candidate_mine"),
    path("saya/<str:token>/dokumen/<str:kind>/", public.add_picture, name="candidate_picture"),
    path("saya/<str:token>/lengkapi/", public.complete, name="candidate_complete"),
    path("saya/<str:token>/mundur/", public.withdraw, name="candidate_withdraw"),
]
