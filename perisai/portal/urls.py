from django.urls import URLPattern, URLResolver, path

from perisai.portal import pay

urlpatterns: list[URLPattern | URLResolver] = [path("<str:token>", pay.pay, name="portal_pay")]
