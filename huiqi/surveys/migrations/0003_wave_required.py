"""Every response belongs to a wave; a migration of its own, since PostgreSQL alters no table that the same
transaction has filled."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('surveys', '0002_campaigns')]

    operations = [
        migrations.AlterField(
            model_name='response',
            name='wave',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='surveys.wave'),
        ),
    ]
