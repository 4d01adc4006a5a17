from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "perisai.custody"
