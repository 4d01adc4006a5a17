from django.urls import path

from perisai.custody import console

app_name = "custody"
urlpatterns = [
    path("", console.overview, name="overview"),
    path("books/", console.books, name="books"),
    path("books/change/", console.change_books, name="change_books"),
    path("<int:branch_id>/agent/<uuid:agent_id>/", console.agent_page, name="agent"),
    path("<int:branch_id>/agent/<uuid:agent_id>/permit/", console.permit, name="permit"),
    path("<int:branch_id>/agent/<uuid:agent_id>/number/", console.explain_number, name="number"),
    path("<int:branch_id>/receipt/<uuid:receipt_id>/", console.receipt_page, name="receipt"),
    path("<int:branch_id>/receipt/<uuid:receipt_id>/decide/", console.decide, name="decide"),
]
