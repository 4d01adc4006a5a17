from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "perisai.members"
    label = "members"
