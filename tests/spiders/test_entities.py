"""No road by which XML comes in expands entities or opens what they name: feeds, pages and workbooks."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from core.errors import InputError
from spiders.engine.document import Document
from spiders.imports import read

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LAUGH = "хахаха"
FEED = (
    '<feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom">'
    "<id>https://itunes.apple.com/ua/rss/customerreviews/id=1234567890/xml</id><entry><id>20000000001</id>"
    '<updated>2026-11-20T04:06:20-07:00</updated><title>Гірше</title><content type="text">HERE</content>'
    "<im:rating>1</im:rating></entry></feed>"
)


@pytest.fixture
def doctype(tmp_path: Path) -> str:
    """A document type whose `l9` is six billion letters long and whose `out` and `%far` name files."""
    (tmp_path / "secret.txt").write_text("TOP-SECRET")
    (tmp_path / "far.dtd").write_text('<!ENTITY far "TOP-SECRET">')
    more = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
    return (
        f'<!DOCTYPE x SYSTEM "{(tmp_path / "far.dtd").as_uri()}" [<!ENTITY l0 "{LAUGH}">{more}'
        f'<!ENTITY out SYSTEM "{(tmp_path / "secret.txt").as_uri()}">'
        f'<!ENTITY % p SYSTEM "{(tmp_path / "far.dtd").as_uri()}">%p;]>'
    )


def said(path: Path) -> str:
    """Return all that came of a file, or why it was refused."""
    try:
        found = read(path, format=None, listing_id=None, seen_at=None, tz=None, now=NOW, secret=b"key")
        return f"{[review.text for review in found.reviews]} {found.quarantined} {found.notes}"
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("entity", ["&l9;", "&out;", "&far;"])
@pytest.mark.parametrize("declared", ['<?xml version="1.0" encoding="utf-8"?>', ""])
def test_a_feed(tmp_path: Path, doctype: str, entity: str, declared: str) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(declared + doctype + FEED.replace("HERE", entity))
    outcome = said(path)
    assert "TOP-SECRET" not in outcome
    assert len(outcome) < 2000


def test_a_feed_that_declares_nothing_is_read(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text('<?xml version="1.0"?>' + FEED.replace("HERE", "Стало гірше"))
    assert "['Стало гірше']" in said(path)


@pytest.mark.parametrize("entity", ["&l9;", "&out;", "&far;"])
def test_a_page(doctype: str, entity: str) -> None:
    page = doctype.replace("<!DOCTYPE x", "<!DOCTYPE html") + f"<html><body><p>{entity}</p></body></html>"
    text = Document.of(page.encode()).html.text_content()
    assert "TOP-SECRET" not in text
    assert len(text) < 5000


@pytest.mark.parametrize("entity", ["&l9;", "&out;", "&far;"])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_a_workbook(tmp_path: Path, doctype: str, entity: str, part: str) -> None:
    path = tmp_path / "reviews.xlsx"
    path.write_bytes(workbook(part, doctype, entity))
    outcome = said(path)
    assert "TOP-SECRET" not in outcome
    assert LAUGH * 2 not in outcome
    assert len(outcome) < 2000


def test_what_reads_workbooks_refuses_entities_by_itself() -> None:
    assert openpyxl.DEFUSEDXML, "without defusedxml only the limits of the parser stand against it"


def workbook(part: str, doctype: str, entity: str) -> bytes:
    book, plain, changed = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for row in (["text", "rating"], ["WORDS", 1], ["good", 5]):
        book.worksheets[0].append(row)
    book.worksheets[0].title = "WORDS"
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w") as target:
        for info in source.infolist():
            text = source.read(info).decode()
            if info.filename == part:
                before, declared, rest = text.partition("?>")
                text = f"{before}?>{doctype}{rest}" if declared else f"{doctype}{text}"
                text = text.replace("WORDS", entity).replace("<v>5</v>", f"<v>{entity}</v>")
                assert entity in text.partition("]>")[2]
            target.writestr(info, text)
    return changed.getvalue()


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in (["recommendationid", "review", "voted_up", "timestamp_created"], ["1", "Плохо", "false", 1790000000]):
        book.worksheets[0].append(row)
    book.save(content)
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        archive.writestr("reviews.xlsx", content.getvalue())
    assert "['Плохо']" in said(tmp_path / "pages.zip")
