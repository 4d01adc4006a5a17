from django.urls.resolvers import URLPattern

app_name = "agencies"
urlpatterns: list[URLPattern] = []
