from django.apps import AppConfig


class OfficesConfig(AppConfig):
    name = "perisai.offices"
    label = "offices"
