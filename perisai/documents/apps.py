from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "perisai.documents"
