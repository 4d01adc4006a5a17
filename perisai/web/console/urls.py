from django.urls import path

from perisai.web.console.home import home
from perisai.web.console.language import choose_language

app_name = "console"
urlpatterns = [
    path("", home, name="home"),
    path("language/", choose_language, name="language"),
]
