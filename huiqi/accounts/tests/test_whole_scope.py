"""Who sees the whole province still does when something else is added to what they see."""

import pytest
from django.db.models import Q

from huiqi.accounts.models import Unit
from huiqi.accounts.scope import Area, Scope
from huiqi.accounts.tests.make import make_unit

pytestmark = pytest.mark.django_db


def test_the_whole_or_something_is_the_whole():
    make_unit(), make_unit()
    whole = Scope((Area(region=""),)).rows()
    assert Unit.objects.filter(whole | Q(name="nobody")).count() == 2
    assert Unit.objects.filter(Q(name="nobody") | whole).count() == 2
