from django.urls import path

from perisai.contributions import console

app_name = "contributions"
urlpatterns = [
    path("runs/", console.runs, name="runs"),
    path("runs/<int:branch_id>/now/", console.run_now, name="run-now"),
    path("<int:branch_id>/<uuid:enrolment_id>/", console.dues, name="dues"),
    path("<int:branch_id>/<uuid:enrolment_id>/advance/", console.make_advance, name="advance"),
    path("<int:branch_id>/<uuid:enrolment_id>/terms/", console.change_terms, name="terms"),
    path("<int:branch_id>/<uuid:enrolment_id>/return/", console.come_back, name="return"),
]
