from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "perisai.targets"
    label = "targets"
