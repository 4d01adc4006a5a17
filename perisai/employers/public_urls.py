from django.urls import path

from perisai.employers import public

urlpatterns = [
    path("<str:token>/", public.own, name="own_employer"),
    path("<str:token>/contoh/", public.template, name="own_employer_template"),
    path("<str:token>/kirim/", public.send, name="own_employer_send"),
    path("<str:token>/keluar/<uuid:enrolment_id>/", public.leave, name="own_employer_leave"),
    path("<str:token>/upah/<uuid:enrolment_id>/", public.change_wage, name="own_employer_wage"),
    path("<str:token>/perbaiki/<uuid:import_id>/", public.wrong, name="own_employer_wrong"),
]
