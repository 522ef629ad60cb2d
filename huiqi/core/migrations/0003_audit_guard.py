from django.db import migrations

from huiqi.core.models import AuditHead
from huiqi.core.trail import guard
from huiqi.core.trail.chain import START


def begin(apps, schema_editor):
    """The head row, the triggers, and a place in the queue for records older than the queue."""
    apps.get_model("core", "AuditHead").objects.get_or_create(pk=AuditHead.ROW, defaults={"digest": START})
    guard.install(schema_editor.connection)
    schema_editor.execute(
        "INSERT INTO core_auditwaiting (record_id) SELECT id FROM core_auditrecord "
        "WHERE id NOT IN (SELECT record_id FROM core_auditwaiting) AND id NOT IN (SELECT record_id FROM core_auditlink)"
    )


def end(apps, schema_editor):
    guard.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_audit_chain'),
    ]

    operations = [migrations.RunPython(begin, end)]
