"""The read-only administration shows nobody's keys: django-allauth's own pages are taken out."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib import admin

for shown in (Authenticator, EmailAddress, EmailConfirmation):
    if admin.site.is_registered(shown):
        admin.site.unregister(shown)
