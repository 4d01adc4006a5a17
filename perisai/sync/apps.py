from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "perisai.sync"
    label = "sync"
