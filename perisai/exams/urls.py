from django.urls.resolvers import URLPattern

app_name = "exams"
urlpatterns: list[URLPattern] = []
