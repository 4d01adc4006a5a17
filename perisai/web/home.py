"""The front door: what this is and where to go."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from perisai.accounts.audience import public


@public
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "home.html")
