"""An archive is read as if its files were imported one by one."""

import tarfile
from pathlib import Path

from tests.spiders.payloads import imported

ELEMENT = (
    '<li class="comments__item feedback" itemprop="review"><p class="feedback__header">{}</p>'
    '<span class="feedback__rating stars-line star1"></span><p class="j-feedback__text">'
    '<span class="feedback__text--item">Сломался</span></p></li>'
)


def test_a_page_that_lies_in_an_archive_twice_adds_nothing(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<ul>{ELEMENT.format('Аня')}{ELEMENT.format('Оля')}{ELEMENT.format('Оля')}</ul>", "utf-8")
    archive = tmp_path / "pages.tar"
    with tarfile.open(archive, "w") as bundle:
        bundle.add(page, "one.html")
        bundle.add(page, "two.html")
    alone, _ = imported(page, listing_id="l")
    together, done = imported(archive, listing_id="l")
    assert len({review.review_id for review in alone}) == 3, "two of one name and text are two"
    assert [review.review_id for review in together] == [review.review_id for review in alone]
    assert done.notes == ["3 reviews came twice"]
