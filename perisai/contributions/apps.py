from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "perisai.contributions"
    label = "contributions"
