from django.apps import AppConfig


class GoliveConfig(AppConfig):
    name = "perisai.golive"
