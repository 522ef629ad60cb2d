from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "huiqi.messages"
    # Django's own django.contrib.messages is called "messages" already.
    label = "huiqi_messages"
    verbose_name = "通知与短信"
