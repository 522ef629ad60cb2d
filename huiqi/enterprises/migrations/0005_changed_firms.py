from django.db import migrations, models

from huiqi.enterprises import change_log


def install(apps, schema_editor):
    change_log.install(schema_editor.connection)


def remove(apps, schema_editor):
    change_log.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0004_import_remarks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangedFirm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("firm_id", models.BigIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="SnapshotMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
            ],
        ),
        migrations.RunPython(install, remove),
    ]
