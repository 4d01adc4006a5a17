from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "perisai.web"
    label = "web"
