from django.urls import path

from perisai.payments import console
from perisai.payments.banks import channel_console, mandate_console
from perisai.payments.books import console as books_console
from perisai.payments.orders import console as order_console
from perisai.payments.proposals import console as proposal_console
from perisai.payments.refunds import console as refund_console

app_name = "payments"
urlpatterns = [
    path("", console.payment_list, name="list"),
    path("notifications/", console.notification_list, name="notifications"),
    path("notifications/<uuid:notification_id>/", console.notification_page, name="notification"),
    path("notifications/<uuid:notification_id>/decide/", console.notification_decide, name="decide"),
    path("orders/", order_console.order_list, name="orders"),
    path("orders/new/", order_console.order_new, name="order_new"),
    path("orders/<int:branch_id>/<uuid:order_id>/", order_console.order_page, name="order"),
    path("orders/<int:branch_id>/<uuid:order_id>/cancel/", order_console.order_cancel, name="order_cancel"),
    path("held/", refund_console.held_list, name="held"),
    path("refunds/", refund_console.refund_list, name="refunds"),
    path("refunds/find/", refund_console.refund_find, name="refund_find"),
    path("refunds/<int:branch_id>/<uuid:enrolment_id>/new/", refund_console.refund_new, name="refund_new"),
    path("refunds/<int:branch_id>/<uuid:refund_id>/decide/", refund_console.refund_decide, name="refund_decide"),
    path("proposals/", proposal_console.proposals, name="proposals"),
    path(
        "proposals/<int:branch_id>/<uuid:proposal_id>/decide/",
        proposal_console.proposal_decide,
        name="proposal_decide",
    ),
    path("proposals/country/<uuid:pay_back_id>/decide/", proposal_console.pay_back_decide, name="pay_back_decide"),
    path("banks/", console.bank_list, name="banks"),
    path("banks/<slug:bank_id>/", console.bank_page, name="bank"),
    path("banks/<slug:bank_id>/channels/", channel_console.channels, name="channels"),
    path("banks/<slug:bank_id>/channels/save/", channel_console.channels_save, name="channels_save"),
    path("mandates/", mandate_console.mandates, name="mandates"),
    path("mandates/act/", mandate_console.mandates_act, name="mandates_act"),
    path("books/", books_console.books, name="books"),
    path("books/account/", books_console.account, name="books_account"),
    path("books/period/", books_console.period_act, name="books_period"),
]
