"""A table with personal columns, made up for tests: no app of the product is needed to try them."""

from django.db import models

from huiqi.core.personal import BlindIndexField, EncryptedTextField


class Person(models.Model):
    """Somebody with a phone and an identity card."""

    phone = EncryptedTextField(max_length=20, blank=True)
    phone_index = BlindIndexField("phone", purpose="phone")
    id_number = EncryptedTextField(null=True)

    class Meta:
        app_label = "core"
        managed = False
