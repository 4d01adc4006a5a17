from django.urls.resolvers import URLPattern

app_name = "recruitment"
urlpatterns: list[URLPattern] = []
