from django.urls import URLPattern, URLResolver, path

from perisai.accounts import profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("language", profile.language, name="accounts_language"),
]
