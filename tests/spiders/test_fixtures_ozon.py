"""Ozon's real widget: its reviews, and what is known of their comments."""

import json
from datetime import UTC, datetime
from pathlib import Path

from tests.spiders.payloads import FIXTURES, imported, needs_payloads, states

pytestmark = needs_payloads
WIDGET = FIXTURES / "ozon" / "reviews_page_widgetstate.json"


def test_the_widget_in_all_its_wrappings(tmp_path: Path) -> None:
    page = json.loads(WIDGET.read_bytes())
    ((name, widget),) = page["widgetStates"].items()
    reviews, done = imported(WIDGET)
    assert (done.format, done.quarantined) == ("ozon", [])
    assert [review.review_id for review in reviews] == [row["uuid"] for row in widget["reviews"]]
    # One comment each is counted and none is shown: it may be the seller's.
    assert states(reviews) == {"unknown": 2}
    for review, row in zip(reviews, widget["reviews"], strict=True):
        assert review.posted_at == datetime.fromtimestamp(row["publishedAt"], UTC)
        assert (review.rating, review.text) == ((row["content"]["score"] - 1) / 4, row["content"]["comment"])
        assert (review.listing_id, review.subject_id) == ("2608237202", "2608237202")
    text = json.dumps(widget, ensure_ascii=False)
    wrapped = {
        "wire.json": json.dumps({"widgetStates": {name: text}, "nextPage": "/product/?page=2"}),
        "widget.json": text,
        "list.json": json.dumps(widget["reviews"]),
        "shown.html": f"<html><body><pre>{json.dumps({'widgetStates': {name: text}})}</pre></body></html>",
        "page.html": f"<html><body><div id=\"state-{name}\" data-state='{text}'></div></body></html>",
    }
    for file, content in wrapped.items():
        (tmp_path / file).write_text(content, "utf-8")
        assert imported(tmp_path / file)[0] == reviews, file
