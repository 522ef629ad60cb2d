from django.db import migrations

from huiqi.enterprises import search_index


def install(apps, schema_editor):
    search_index.FIRMS.install(schema_editor.connection)


def remove(apps, schema_editor):
    search_index.FIRMS.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("enterprises", "0001_initial"),
    ]

    operations = [migrations.RunPython(install, remove)]
