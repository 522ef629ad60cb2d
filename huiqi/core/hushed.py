"""Pages behind a private link: the address is the key, so nothing may carry it further."""

from django.http import HttpResponse

# No request carries more of the address than the site's name. `no-referrer` would do the same but makes
# browsers send `Origin: null`, which the CSRF check must refuse.
REFERRER_POLICY = "strict-origin"


def hushed(response: HttpResponse) -> HttpResponse:
    """No cache keeps the page, no other site and no search engine learns of it."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = REFERRER_POLICY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
