from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "perisai.payments"
    label = "payments"
