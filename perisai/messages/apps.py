from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "perisai.messages"
    label = "perisai_messages"
