"""Any page with schema.org Review markup, as JSON-LD or microdata, and JSON-LD files.

Shapes seen: the samples of scrapinghub/extruct, recorded pages of recipe sites, schema.org's own documentation.
An owner's reply is a `comment` of the review by an organisation or by who bears the name of the reviewed thing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Unpack

from core.records import Review
from spiders.engine.kit import Batch, Document, Fields, Raw, Sighting, SourceInfo
from spiders.engine.marked_reviews import marked_reviews
from spiders.engine.structured import blocks, rating_on, shown

SOURCE = SourceInfo(
    name="schema_org", title="Pages with schema.org reviews", tier="verified", access="none", live=False,
    legal_basis="Only imported: pages that a person saved; each site has its own terms.", shows_reply=True,
    shows_reply_time=True, shows_edit=True, stable_id=False, incremental="none",
    limits="what a site marks up, often its first page only; replies where it marks them up as comments",
    kinds=("html", "json"), marks=("schema.org",), rank=10,
)  # fmt: skip
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
        yield Batch(marked.reviews, listing=marked.name, **shown(marked.item))


def parse_review(raw: Raw, **sighting: Unpack[Sighting]) -> Review:
    """Return the review of a flat one (see `marked_reviews`); markup that could not be read raises ValueError."""
    if "broken" in raw:
        raise ValueError(raw["broken"])
    is_cyrillic = any("Ѐ" <= char <= "ӿ" for char in f"{raw['pros']}{raw['cons']}")
    rating = rating_on(raw["rating"], raw["best"], raw["worst"], source="schema_org")
    return (FIELDS if is_cyrillic else _LATIN).review(raw, sighting, rating=rating)
