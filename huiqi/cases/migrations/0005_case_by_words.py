from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0004_ranking_and_account"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["title", "firm_name"], name="case_by_words"),
        ),
    ]
