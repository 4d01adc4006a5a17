from django.urls import path

from perisai.documents import console, export_console

app_name = "documents"
urlpatterns = [
    path("receipt/<int:branch_id>/<uuid:payment_id>.pdf", console.receipt, name="receipt"),
    path("bill/<int:branch_id>/<uuid:bill_id>.pdf", console.bill, name="bill"),
    path("order/<int:branch_id>/<uuid:order_id>.pdf", console.order, name="order"),
    path("order/<int:branch_id>/<uuid:order_id>.csv", console.order_table, name="order_table"),
    path("cash/<int:branch_id>/<uuid:receipt_id>.pdf", console.cash, name="cash"),
    path("year/<int:branch_id>/<uuid:enrolment_id>/<int:of>.pdf", console.year, name="year"),
    path("exports/", export_console.page, name="exports"),
    path("exports/state/", export_console.state, name="exports_state"),
    path("exports/ask/", export_console.ask, name="export_ask"),
    path("exports/<uuid:export_id>/", export_console.download, name="export_file"),
]
