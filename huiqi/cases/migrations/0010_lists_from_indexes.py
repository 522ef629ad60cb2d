from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Lists, the desk and the red list are counted and put in order by indexes alone."""

    dependencies = [("cases", "0009_offline_packs_columns")]

    operations = [
        migrations.RemoveIndex("case", "case_desk_queue"),
        migrations.RemoveIndex("case", "case_lead_queue"),
        migrations.RemoveIndex("case", "case_red_list"),
        migrations.RemoveIndex("clock", "clock_running"),
        migrations.RemoveIndex("order", "order_unit_queue"),
        migrations.AddIndex(
            "case",
            models.Index(fields=["desk", "state", "due_at", "is_paused", "handler"], name="case_desk_queue"),
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["lead", "state", "due_at", "is_paused"], name="case_lead_queue")
        ),
        migrations.AddIndex(
            "case", models.Index(fields=["state", "due_at", "is_paused"], name="case_red_list")
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["state", "-bounces", "opened_at", "desk"],
                condition=Q(bounces__gte=2),
                name="case_bounced",
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["state", "round", "opened_at", "desk"], condition=Q(round__gt=1), name="case_redone"
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["desk", "item", "topic", "enterprise", "credit_code", "opened_at", "state"],
                condition=~Q(state="ended"),
                name="case_pairs",
            ),
        ),
        migrations.AddIndex("case", models.Index(fields=["prefecture", "item", "topic"], name="case_custom")),
        migrations.AddIndex(
            "clock",
            models.Index(
                fields=["stopped_at", "due_at", "is_paused", "is_reference", "stage", "unit", "case"],
                name="clock_running",
            ),
        ),
        migrations.AddIndex(
            "consultation", models.Index(fields=["state", "reply_by"], name="consultation_silent")
        ),
        migrations.AddIndex(
            "order",
            models.Index(fields=["unit", "state", "-sent_at", "handler", "case"], name="order_unit_queue"),
        ),
        migrations.AddIndex(
            "supervision", models.Index(fields=["state", "drafted_at"], name="supervision_waiting")
        ),
    ]
