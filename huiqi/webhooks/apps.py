"""Webhooks: programs of others are told that something happened; what, they read through the API."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "huiqi.webhooks"
    verbose_name = "事件推送"
