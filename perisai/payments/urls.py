from django.urls import path

from perisai.payments import console

app_name = "payments"
urlpatterns = [
    path("", console.payment_list, name="list"),
    path("notifications/", console.notification_list, name="notifications"),
    path("notifications/<uuid:notification_id>/", console.notification_page, name="notification"),
    path("notifications/<uuid:notification_id>/decide/", console.notification_decide, name="decide"),
    path("banks/", console.bank_list, name="banks"),
    path("banks/<slug:bank_id>/", console.bank_page, name="bank"),
]
