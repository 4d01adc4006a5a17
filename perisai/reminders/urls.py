from django.urls import path

from perisai.reminders import console

app_name = "reminders"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("members/<int:branch_id>/<uuid:enrolment_id>/wishes/", console.wishes, name="wishes"),
    path("cases/<int:branch_id>/<uuid:case_id>/", console.case_page, name="case"),
]
