import pytest

from huiqi.core.pagination import PAGE_SIZE, paginate

ROWS = list(range(45))


@pytest.mark.parametrize(
    ("number", "first"),
    [
        (None, 0),
        ("", 0),
        ("abc", 0),
        ("1.5", 0),
        ("١", 0),
        ("0", 40),
        ("-3", 40),
        ("2", 20),
        ("3", 40),
        ("99", 40),
        ("9" * 400, 40),
    ],
)
def test_any_page_number_shows_a_page(number, first):
    assert paginate(ROWS, number).object_list[0] == first


def test_no_rows_is_one_empty_page():
    page = paginate([], "7")
    assert (list(page), page.number, page.paginator.num_pages) == ([], 1, 1)
    assert PAGE_SIZE == 20
