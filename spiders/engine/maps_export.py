"""Exports of a tool that writes the reviews of several maps in one shape, of which each keeps its own source.

Shape seen: public code KirillPugov/reviews-parser-2gis-YaMaps.
"""

from spiders.engine.document import IsRecord, has
from spiders.engine.mapping import Fields

_is_exported = has("externalId", "source", "authorName", "createdAt")


def exported(source: str, name: str) -> tuple[IsRecord, Fields]:
    """Return what tells the reviews of a source, which the export calls `name`, and their map."""
    fields = Fields(
        source=source, review_id="externalId", url="reviewUrl", author="authorName", rating="rating", no_rating=(0,),
        text="text", posted_at="createdAt", edited_at="updatedAt",
        reply_text="reply.text", reply_at="reply.createdAt", reply_known="reply", has_photo="photos",
    )  # fmt: skip
    return lambda raw: _is_exported(raw) and raw["source"] == name, fields
