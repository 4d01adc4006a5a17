from django.urls import path

from perisai.targets import console

app_name = "targets"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("<int:branch_id>/", console.branch, name="branch"),
    path("<int:branch_id>/change/", console.change, name="change"),
]
