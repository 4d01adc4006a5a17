from django.urls import path

from perisai.web.live import console
from perisai.web.live.map import page as map_page

app_name = "live"
urlpatterns = [
    path("", console.own, name="own"),
    path("data/<str:level>/<str:key>/", console.data, name="data"),
    path("ticket/<str:level>/<str:key>/", console.ticket, name="ticket"),
    path("alerts/<str:level>/<str:key>/", console.open_alerts, name="alerts"),
    path("leaders/<str:level>/<str:key>/", console.leading_agents, name="leaders"),
    path("<str:level>/<str:key>/map/", map_page, name="map"),
    path("<str:level>/<str:key>/", console.page, name="page"),
]
