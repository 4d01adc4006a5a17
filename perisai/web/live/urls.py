from django.urls import path

from perisai.web.live import console

app_name = "live"
urlpatterns = [
    path("", console.own, name="own"),
    path("data/<str:level>/<str:key>/", console.data, name="data"),
    path("ticket/<str:level>/<str:key>/", console.ticket, name="ticket"),
    path("<str:level>/<str:key>/", console.page, name="page"),
]
