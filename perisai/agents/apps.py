from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "perisai.agents"
    label = "agents"
