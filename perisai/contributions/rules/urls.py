"""Addresses of the rules, under ``/console/rules/``."""

from django.urls import path

from perisai.contributions.rules import console as rules_console

app_name = "rules"
urlpatterns = [
    path("", rules_console.in_force, name="in-force"),
    path("changes/", rules_console.changes, name="changes"),
    path("new/<str:file>/", rules_console.new, name="new"),
    path("changes/<uuid:change_id>/", rules_console.change, name="change"),
    path("changes/<uuid:change_id>/trial/", rules_console.trial, name="trial"),
    path("changes/<uuid:change_id>/bills/", rules_console.bills, name="bills"),
    path("changes/<uuid:change_id>/try/", rules_console.try_it, name="try"),
    path("changes/<uuid:change_id>/approve/", rules_console.approve, name="approve"),
    path("changes/<uuid:change_id>/refuse/", rules_console.refuse, name="refuse"),
    path("changes/<uuid:change_id>/take-back/", rules_console.take_back, name="take-back"),
    path("changes/<uuid:change_id>/withdraw/", rules_console.withdraw, name="withdraw"),
]
