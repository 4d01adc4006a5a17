from django.urls import path

from perisai.feeds import console

app_name = "feeds"
urlpatterns = [
    path("", console.index, name="index"),
    path("verify/", console.verify, name="verify"),
    path("keys/new/", console.key_new, name="key-new"),
    path("keys/<uuid:key_id>/", console.key_page, name="key"),
    path("keys/<uuid:key_id>/rotate/", console.key_rotate, name="key-rotate"),
    path("keys/<uuid:key_id>/revoke/", console.key_revoke, name="key-revoke"),
    path("hooks/new/", console.hook_new, name="hook-new"),
    path("hooks/<uuid:subscription_id>/", console.hook_page, name="hook"),
    path("hooks/<uuid:subscription_id>/state/", console.hook_state, name="hook-state"),
    path("hooks/<uuid:subscription_id>/<slug:act>/", console.hook_act, name="hook-act"),
]
