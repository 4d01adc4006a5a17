"""`/console/`: what needs me today."""

from django.http import HttpResponse
from django.shortcuts import render

from perisai.accounts.audience import READERS, PageRequest, audience


@audience(*READERS)
def home(request: PageRequest) -> HttpResponse:
    return render(request, "console/home.html")
