from django.db import migrations, models

import huiqi.cases.models.search_field
from huiqi.cases.search_index import CASES
from huiqi.enterprises.search_text import words_text

BATCH = 2_000


def fill(apps, schema_editor):
    """The grams of the cases that are there."""
    rows = apps.get_model("cases", "Case").objects
    last = 0
    while found := list(rows.filter(pk__gt=last).only("pk", "title", "firm_name").order_by("pk")[:BATCH]):
        for row in found:
            row.search_text = words_text(row.title, row.firm_name)
        rows.bulk_update(found, ["search_text"])
        last = found[-1].pk


def install(apps, schema_editor):
    CASES.install(schema_editor.connection)


def remove(apps, schema_editor):
    CASES.remove(schema_editor.connection)


class Migration(migrations.Migration):
    # PostgreSQL refuses to index a table with pending changes of the same transaction.
    atomic = False

    dependencies = [
        ("cases", "0012_case_by_state"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="case", name="case_by_words"),
        migrations.AddField(
            model_name="case",
            name="search_text",
            field=huiqi.cases.models.search_field.CaseWordsField(db_default="", default="", editable=False),
        ),
        migrations.RemoveIndex(model_name="case", name="case_custom"),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["prefecture", "item", "-opened_at", "topic"], name="case_near_by"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["item", "-opened_at", "-id"], name="case_by_item"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
