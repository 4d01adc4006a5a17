from django.urls import URLPattern, URLResolver, path

from perisai.portal import ahead, order, papers, pay

urlpatterns: list[URLPattern | URLResolver] = [
    path("o/<str:token>", order.order_due, name="portal_order"),
    path("<str:token>", pay.pay, name="portal_pay"),
    path("<str:token>/bulan", ahead.ahead, name="portal_ahead"),
    path("<str:token>/dokumen/<str:kind>/<str:of>.pdf", papers.paper, name="portal_paper"),
]
