"""The work menu: whose lines, which is current, what stands on a phone's bar."""

import pytest
from django.test import RequestFactory

from huiqi.core.slots import BAR_PLACES, MenuGroup, MenuItem, Slots


def everybody(request):
    return True


def nobody(request):
    return False


def item(label, name, shown=everybody, **more):
    return MenuItem(label, name, "inbox", shown, **more)


@pytest.fixture
def menu():
    """The menu of a page: `menu("/desk/")`."""
    slots = Slots(
        menu=[
            MenuGroup("今日", (item("办理台", "core:desk", on_bar=2, count=lambda request: 3),)),
            MenuGroup("没有", (item("看不到", "accounts:audit", nobody),)),
            MenuGroup(
                "企业",
                (
                    item("我的", "enterprises:my_firms", also=("enterprises:register",), on_bar=1),
                    item("保存的筛选", "enterprises:register_views"),
                    item("只是它自己", "lists:index", alone=True),
                ),
            ),
        ]
    )
    return lambda path: slots.menu_for(RequestFactory().get(path))


def marks(menu):
    return {line.label: line.current for line in menu.lines if line.current}


def test_a_group_without_a_line_for_the_person_is_not_shown(menu):
    assert [title for title, _ in menu("/").groups] == ["今日", "企业"]


def test_no_line_is_current_on_a_page_that_belongs_to_none(menu):
    assert marks(menu("/messages/")) == {}


def test_the_page_itself_and_the_pages_below_it_are_marked_apart(menu):
    assert marks(menu("/desk/")) == {"办理台": "page"}
    assert marks(menu("/my/find/")) == {"我的": "true"}


def test_a_page_of_another_address_may_belong_to_a_line(menu):
    assert marks(menu("/firms/abc/")) == {"我的": "true"}


def test_a_line_that_stands_alone_is_not_current_below_its_address(menu):
    assert marks(menu("/lists/")) == {"只是它自己": "page"}
    assert marks(menu("/lists/public/")) == {}


def test_the_longest_address_wins(menu):
    assert marks(menu("/firms/views/")) == {"保存的筛选": "page"}


def test_a_line_says_how_many_wait_and_one_without_a_count_says_nothing(menu):
    assert [line.count for line in menu("/").lines] == [3, 0, 0, 0]


def test_the_bar_has_the_lines_meant_for_it_in_their_own_order_and_no_more_than_fit(menu):
    assert [line.label for line in menu("/").bar] == ["我的", "办理台"]
    many = tuple(item(str(at), "core:desk", on_bar=1) for at in range(BAR_PLACES + 2))
    full = Slots(menu=[MenuGroup("", many)]).menu_for(RequestFactory().get("/"))
    assert len(full.bar) == BAR_PLACES
