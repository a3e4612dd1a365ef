"""ODRS: reviews of Linux desktop applications (GNOME Software, Discover, Flathub's apps), kept by GNOME.

Shape seen: the service's own public code (odrs-web: `api_show_app`, `api_fetch`). One answer holds all reviews of an
app. Stars are rating / 20. Nobody can answer there. Not verified live: the size of the largest answer.
"""

from typing import Any, Unpack

from core.records import Review
from spiders.engine.kit import Fields, Lists, Sighting, SourceInfo, has
from spiders.engine.numbered import NumberedSpider

SOURCE = SourceInfo(
    name="odrs", title="ODRS (Flathub, GNOME Software)", access="robots", terms_url="https://odrs.gnome.org/",
    legal_basis="Reviews that a public service of GNOME hands out to every software centre; robots.txt governs.",
    incremental="the full list, one answer an app", limits="one request an app", base_url="https://odrs.gnome.org",
    kinds=("json",), marks=("user_hash", "user_skey"),
)  # fmt: skip
FIELDS = Fields(
    source="odrs", review_id="review_id", author="user_hash|user_display", rating="rating", best=100, worst=20,
    no_rating=(0,), title="summary", text="description", posted_at="date_created", helpful_votes="karma_up",
    language="locale", subject_kind="app_version", subject_id="version",
    patterns={"language": r"^(?!(?:C|POSIX)(?:\.|$))([^.]+)", "subject_id": r"^(?!unknown$)(.+)"},
)  # fmt: skip
_LISTS = Lists(
    shapes=((has("review_id", "app_id", "rating", any_of=("user_hash", "user_display", "karma_up")), FIELDS),),
    left_out=has("app_id", "score", "user_skey", none_of=("review_id",)),  # only hands out a user's key
    listing="app_id",
)
find = _LISTS.find


def parse_review(raw: Any, **sighting: Unpack[Sighting]) -> Review:
    """Read one review; less than one star of five counts as one."""
    value = raw["rating"]
    is_low = isinstance(value, int | float) and 0 < value < FIELDS.worst
    return FIELDS.review(raw, sighting, **({"rating": 0.0} if is_low else {}))


class OdrsSpider(NumberedSpider, source=SOURCE):
    """`target` is the AppStream id, such as `org.gnome.Maps`. An app that nobody knows has an empty list."""

    page_path = "/1.0/reviews/api/app/{target}"
    gone = "date_deleted"
    review_id = "review_id"
