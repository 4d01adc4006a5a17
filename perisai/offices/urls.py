from django.urls import URLPattern, URLResolver, path

from perisai.offices import boundaries_console, calendar_console, console

urlpatterns: list[URLPattern | URLResolver] = [
    path("", console.office_list, name="offices"),
    path("boundaries/", boundaries_console.boundaries_page, name="offices_boundaries"),
    path("<int:office_id>/", console.office_page, name="offices_office"),
    path("<int:office_id>/calendar/", calendar_console.calendar_page, name="offices_calendar"),
    path("<int:parent_id>/new/", console.office_new, name="offices_new"),
]
