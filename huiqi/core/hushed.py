"""Pages behind a private link: the address is the key, so nothing may carry it further."""

from typing import TypeVar

from django.http.response import HttpResponseBase

Response = TypeVar("Response", bound=HttpResponseBase)


def hushed(response: Response) -> Response:
    """No cache keeps the page, no other site and no search engine learns of it.

    No request carries more of the address than the site's name. `no-referrer` would do the same but makes
    browsers send `Origin: null`, which the CSRF check must refuse.
    """
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "strict-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
