from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "perisai.portal"
    label = "portal"

    def ready(self) -> None:
        from perisai.payers import page
        from perisai.portal import link

        page.enter(link.address)
