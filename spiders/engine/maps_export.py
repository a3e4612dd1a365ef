"""Exports of a tool that writes the reviews of several maps in one shape, of which each keeps its own source.

Shape seen: public code KirillPugov/reviews-parser-2gis-YaMaps.
"""

from collections.abc import Iterator

from spiders.engine.document import Batch, Document, IsRecord, has
from spiders.engine.lists import Find, Lists
from spiders.engine.mapping import Fields, at

_is_exported = has("externalId", "source", "authorName", "createdAt")


def exported(source: str, name: str) -> tuple[IsRecord, Fields]:
    """Return what tells the reviews of a source, which the export calls `name`, and their map."""
    fields = Fields(
        source=source, review_id="externalId", url="reviewUrl", author="authorName", rating="rating", no_rating=(0,),
        text="text", posted_at="createdAt", edited_at="updatedAt",
        reply_text="reply.text", reply_at="reply.createdAt", reply_known="reply", has_photo="photos",
    )  # fmt: skip
    return lambda raw: _is_exported(raw) and raw["source"] == name, fields


def only(name: str, lists: Lists) -> Find:
    """Return a `find` of the lists whose reviews are all of the source that the export calls `name`."""

    def find(document: Document) -> Iterator[Batch]:
        for batch in lists.find(document):
            if isinstance(batch.raws, list) and all(at(raw, "source") == name for raw in batch.raws):
                yield batch

    return find
