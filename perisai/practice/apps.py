from django.apps import AppConfig


class PracticeConfig(AppConfig):
    name = "perisai.practice"
    label = "practice"
