"""WSGI application for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
application = get_wsgi_application()

# Apps are ready from here on. Read the addresses and the rulebook now: a broken rulebook stops the start
# instead of the first visitor, and with --preload the workers share the work.
from config.warm_up import warm_up  # noqa: E402

warm_up()
