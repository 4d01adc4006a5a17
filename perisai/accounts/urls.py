from django.urls import URLPattern, URLResolver, path

from perisai.accounts import console, device_console, profile

urlpatterns: list[URLPattern | URLResolver] = [
    path("language", profile.language, name="accounts_language"),
    path("me/", profile.me, name="accounts_me"),
    path("users/", console.user_list, name="accounts_users"),
    path("users/new/", console.user_new, name="accounts_user_new"),
    path("users/<uuid:user_id>/", console.user_page, name="accounts_user"),
    path("users/<uuid:user_id>/<slug:act>/", console.user_act, name="accounts_user_act"),
    path("devices/", device_console.agent_list, name="accounts_devices"),
    path("devices/<uuid:agent_id>/", device_console.agent_phones, name="accounts_device"),
    path("devices/<uuid:agent_id>/code/", device_console.new_code, name="accounts_device_code"),
    path("devices/<uuid:agent_id>/<uuid:device_id>/revoke/", device_console.revoke, name="accounts_device_revoke"),
]
