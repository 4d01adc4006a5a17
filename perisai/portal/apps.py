from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "perisai.portal"
    label = "portal"
