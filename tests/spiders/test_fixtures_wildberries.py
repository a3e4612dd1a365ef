"""Wildberries' real pages and their elements: every feedback, its reply and its date, counted in the HTML again."""

import re
import tarfile
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag

from core.errors import InputError
from tests.spiders.payloads import FIXTURES, imported, needs_payloads, states

pytestmark = needs_payloads
WILDBERRIES = FIXTURES / "wildberries"


def items(page: str) -> list[Tag]:
    return BeautifulSoup(page, "html.parser").find_all("li", class_="comments__item")


def words(tag: Tag | None) -> str:
    return "".join((tag.get_text() if tag else "").split())


def reply(item: Tag) -> str:
    tag = item.find(class_="feedback__text--sellers-reply")
    return re.sub("Ещё$", "", words(tag if isinstance(tag, Tag) else None))


def body(item: Tag) -> str:
    return "".join(words(part) for part in item.find_all(class_="feedback__text--item"))


@pytest.mark.parametrize(("name", "count", "replies"), [("a", 61, 61), ("b_initial", 31, 29), ("b_scrolled", 61, 59)])
def test_rendered_pages(name: str, count: int, replies: int) -> None:
    path = WILDBERRIES / f"wb_feedbacks_rendered_{name}.html"
    raw = items(path.read_text("utf-8"))
    assert (len(raw), sum(bool(reply(item)) for item in raw)) == (count, replies)
    reviews, done = imported(path)
    assert (done.format, done.quarantined, {one.listing_id for one in reviews}) == ("wildberries", [], {"521896959"})
    assert states(reviews) == {"published": replies} | ({"none": count - replies} if count > replies else {})
    for review, item in zip(reviews, raw, strict=True):
        stars = re.search(r"\bstar([1-5])\b", str(item.select_one(".feedback__rating")))
        assert stars
        assert review.rating == (int(stars[1]) - 1) / 4
        assert "".join(review.text.split()) == body(item)
        assert "".join((review.reply_text or "").split()) == reply(item)
        assert (review.posted_at is None) == (item.select_one(".feedback__date") is None)
        assert review.posted_at_precision in (None, "relative")
        assert review.has_photo is (item.select_one(".feedback__photo") is not None)
        assert review.is_verified is (True if "Выкупили" in item.get_text() else None)
        assert "Первоначальный отзыв" not in review.text


def test_elements_cut_out_of_pages() -> None:
    """Of the 1087 elements 61 are a feedback each, three hold many; the rest are parts of them and of the page."""
    path = WILDBERRIES / "wb_review_elements.tar.gz"
    raw: Counter[tuple[str, str, str]] = Counter()
    members = 0
    with tarfile.open(path) as archive:
        for member in archive:
            members += member.isfile()
            content = archive.extractfile(member)
            assert content
            inside = Counter(
                (str(item.find("meta", itemprop="author")), body(item), reply(item))
                for item in items(content.read().decode())
            )
            raw |= inside
    reviews, done = imported(path)
    distinct = {review.key: review for review in reviews}
    assert (members, raw.total(), len(distinct)) == (1087, 91, 91)
    assert sum(bool(review.reply_text) for review in distinct.values()) == sum(
        count for (_, _, answer), count in raw.items() if answer
    )
    assert {line.reason.split(": ")[1] for line in done.quarantined} == {"no reviews that are known"}


def test_a_part_of_a_feedback_is_not_taken_for_one(tmp_path: Path) -> None:
    with tarfile.open(WILDBERRIES / "wb_review_elements.tar.gz") as archive:
        name = next(name for name in archive.getnames() if name.endswith("review_element_18.html"))
        content = archive.extractfile(name)
        assert content
        (tmp_path / "part.html").write_bytes(content.read())
    with pytest.raises(InputError, match="without reviews that are known"):
        imported(tmp_path / "part.html")
