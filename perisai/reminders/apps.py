from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "perisai.reminders"

    def ready(self) -> None:
        from perisai.messages.watch import WATCHES
        from perisai.reminders.compose import PURPOSE, ReminderWatch

        WATCHES[PURPOSE] = ReminderWatch()
