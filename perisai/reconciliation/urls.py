from django.urls import path

from perisai.reconciliation import console

app_name = "reconciliation"
urlpatterns = [
    path("", console.page, name="page"),
    path("send/", console.send, name="send"),
    path("items/<uuid:item_id>/", console.item_page, name="item"),
    path("items/<uuid:item_id>/decide/", console.item_decide, name="decide"),
    path("accounts/<slug:bank_id>/", console.account_page, name="account"),
    path("days/<slug:bank_id>/<str:day>/", console.day_page, name="day"),
    path("days/<slug:bank_id>/<str:day>/close/", console.day_close, name="close"),
]
