from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "perisai.feeds"
