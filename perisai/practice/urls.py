from django.urls import path

from perisai.practice import pages

app_name = "practice"
urlpatterns = [
    path("", pages.door, name="door"),
    path("masuk/<slug:key>/", pages.enter, name="enter"),
    path("hp/", pages.phone, name="phone"),
    path("hp/ambil/", pages.take_phone, name="take_phone"),
    path("bayar/<str:token>/", pages.pay, name="pay"),
    path("peserta/<int:branch_id>/<uuid:enrolment_id>/bayar/", pages.pay_member, name="pay_member"),
    path("impor/", pages.sample_workbook, name="sample"),
    path("peserta/", pages.trainees, name="trainees"),
]
