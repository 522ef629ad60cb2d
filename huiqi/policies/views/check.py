"""Placeholders until the pages land."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def check_start(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html")
