from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "perisai.events"
    label = "events"
