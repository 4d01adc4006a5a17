from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "perisai.reports"
