from datetime import datetime, timedelta

from django.db import migrations, models
from django.utils import timezone


def a_week_from_now() -> datetime:
    """Files that are there already are kept for one more week."""
    return timezone.now() + timedelta(days=7)


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0002_search")]

    operations = [
        migrations.AddField(
            "importrun", "kept_until", models.DateTimeField(default=a_week_from_now), preserve_default=False
        )
    ]
