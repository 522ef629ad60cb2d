from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="rejudged",
            name="noted",
            field=models.BigIntegerField(default=0),
        ),
    ]
