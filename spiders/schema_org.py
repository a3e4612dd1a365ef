"""Any page with schema.org Review markup, as JSON-LD or microdata, and JSON-LD files.

Shapes seen: the samples of scrapinghub/extruct, recorded pages of recipe sites, schema.org's own documentation.
An owner's reply is a `comment` of the review by an organisation or by who bears the name of the reviewed thing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Unpack

from core.records import Review
from spiders.engine.beside import shown_rating
from spiders.engine.document import Batch, Document
from spiders.engine.mapping import Fields
from spiders.engine.marked_reviews import marked_reviews
from spiders.engine.parsing import Raw, Sighting, warn_unknown
from spiders.engine.source import SourceInfo
from spiders.engine.structured import blocks, values
from spiders.engine.values import count_of, rating_of

SOURCE = SourceInfo(
    name="schema_org",
    title="Pages with schema.org reviews",
    tier="verified",
    live=False,
    access="none",
    legal_basis="Only imported: pages that a person saved; each site has its own terms.",
    shows_reply=True,
    shows_reply_time=True,
    shows_edit=True,
    stable_id=False,
    incremental="none",
    limits="what a site marks up, often its first page only; replies where it marks them up as comments",
    kinds=("html", "json"),
    marks=("schema.org",),
    rank=10,
)
FIELDS = Fields(
    source="schema_org",
    review_id="id", id_optional=True, url="url", author="author", title="title", text="text", pros="pros", cons="cons",
    language="language", posted_at="posted", edited_at="edited", reply_text="reply", reply_at="reply_at",
    reply_known="reply_known", has_photo="photo",
    labels={"pros": "Достоинства", "cons": "Недостатки", "text": "Комментарий"},
)  # fmt: skip
_LATIN = replace(FIELDS, labels={"pros": "Pros", "cons": "Cons", "text": "Comment"})


def find(document: Document) -> Iterator[Batch]:
    """Yield the reviews of each thing that the page marks up, with its own rating and their number."""
    if "eview" not in document.text or "schema.org" not in document.text:
        return
    for marked in marked_reviews(blocks(document)):
        total: Any = next(values(marked.item, "aggregateRating", {}), None)
        best, worst = _number(total, "bestRating"), _number(total, "worstRating")
        yield Batch(
            marked.reviews,
            listing=marked.name,
            total=count_of(_number(total, "reviewCount")),
            rating=shown_rating(_number(total, "ratingValue"), best or 5, worst if worst is not None else 1),
            count=count_of(_number(total, "ratingCount|reviewCount")),
        )


def _number(node: Any, names: str) -> Any:
    value = next(values(node, names, {}), None)
    try:
        number = float(str(value).strip().replace(",", "."))
    except ValueError:
        return None
    return int(number) if number.is_integer() else number


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a flat one (see `marked_reviews`); markup that could not be read raises ValueError."""
    if "broken" in raw:
        raise ValueError(raw["broken"])
    is_cyrillic = any("Ѐ" <= char <= "ӿ" for char in f"{raw['pros']}{raw['cons']}")
    return (FIELDS if is_cyrillic else _LATIN).review(raw, sighting, rating=_rating(raw))


def _rating(raw: Raw) -> float | None:
    """A mark outside its scale, or on a scale that is not told, is warned about and left out."""
    best, worst = _number({"v": raw["best"]}, "v"), _number({"v": raw["worst"]}, "v")
    value = _number({"v": raw["rating"]}, "v")
    if raw["rating"] is None or (value == 0 and best is None and worst is None):
        return None
    lowest = worst if worst is not None else min(1, value) if best is not None and value is not None else 1
    try:
        return rating_of(value if value is not None else raw["rating"], best or 5, lowest)
    except ValueError:
        warn_unknown("schema_org", "rating", f"{raw['rating']} of {raw['worst']}..{raw['best']}")
        return None
