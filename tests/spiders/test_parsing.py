"""Small pure functions of the parsers."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.records import ReplyState, Review
from spiders.amo import parse_review as parse_rating
from spiders.discourse import parse_review as parse_topic
from spiders.engine import parsing
from spiders.engine.blocking import sign_of_block
from spiders.engine.landing import Quarantined, landing_paths, one_line, reason_of
from spiders.engine.patience import retry_after
from tests.spiders.loopback import NOW, rating

FIXTURES = Path(os.environ.get("OTKLIK_SHARED") or Path(__file__).resolve().parents[2].parent / "shared") / "fixtures"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason=f"the shared fixtures are not at {FIXTURES}")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>a &amp; b</p><p>c<br>d</p>", "a & b\n\nc\nd"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("x<script>alert(1)</script><style>p{}</style><!-- no -->y", "xy"),
        ("no markup <3 & more", "no markup <3 & more"),
        ("<aside class='quote'><div>q</div><blockquote>said</blockquote></aside>answer", "answer"),
        ("<p>\u00a0 wide \u00a0 spaces </p>", "wide spaces"),
        ("<div>" * 3000 + "deep" + "</div>" * 3000, "deep"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(markup: str, text: str) -> None:
    assert parsing.html_to_text(markup, drop_quotes=True) == text


def test_quotes_stay_unless_they_are_somebody_elses_words() -> None:
    assert parsing.html_to_text("<blockquote>said</blockquote>answer") == "said\nanswer"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("[h1]Title[/h1]it [b]is[/b] [url=http://x.example]here[/url]", "Title\nit is here"),
        ("[list][*]one[*]two[/list]", "- one\n- two"),
        ("[10/10] would [play] again :]", "[10/10] would [play] again :]"),
        ("[img]http://x.example/a.png[/img]seen", "seen"),
        ("[quote=author]words[/quote]mine &lt;3", "words\nmine <3"),
    ],
)
def test_bbcode_becomes_plain_text(markup: str, text: str) -> None:
    assert parsing.bbcode_to_text(markup) == text


@given(st.text(alphabet=st.characters(), max_size=60) | st.text("<![]-/>a0&;#x \"'", max_size=30))
@example("<![0")
def test_any_text_can_be_written_after_the_parsers(text: str) -> None:
    for clean in (parsing.plain(text), parsing.html_to_text(text), parsing.bbcode_to_text(text), one_line(text)):
        clean.encode()
    assert not any(ord(character) < 32 for character in one_line(text))


def test_a_broken_emoji_is_marked_and_everything_else_stays() -> None:
    assert parsing.plain("ok \ud83d \U0001f600 \x00") == "ok \ufffd \U0001f600 \x00"


@pytest.mark.parametrize(("value", "share"), [(1, 0), ("5", 1), ("4,5", 0.875), (3.0, 0.5)])
def test_stars_become_a_share(value: object, share: float) -> None:
    assert parsing.stars(value) == share


@pytest.mark.parametrize("value", [0, 6, "many", None, True, float("nan")])
def test_what_is_no_rating_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        parsing.stars(value)


@pytest.mark.parametrize("value", [0, -1, True, None, "x", 1795300000000])
def test_what_is_no_unix_time_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        parsing.from_unix(value)


def test_times_are_utc_and_a_naive_one_is_refused() -> None:
    assert parsing.from_iso("2026-11-22T15:00:00+03:00") == datetime(2026, 11, 22, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="no time zone"):
        parsing.from_iso("2026-11-22T15:00:00")


def test_authors_are_keyed_hashes() -> None:
    one = parsing.author_key(b"key", "amo", 7)
    assert one is not None
    assert len(one) == 32
    assert one == parsing.author_key(b"key", "amo", "7")
    assert len({one, parsing.author_key(b"other", "amo", 7), parsing.author_key(b"key", "steam", 7)}) == 3
    assert parsing.author_key(b"key", "amo", None) is None


def test_a_name_is_nowhere_in_a_review() -> None:
    raw = rating(1, user={"id": 5, "name": "Марія Прикладна", "username": "mariya", "url": None})
    dumped = parse_rating(raw, listing_id="l", seen_at=NOW, secret=b"k").model_dump_json()
    assert "Прикладна" not in dumped
    assert "mariya" not in dumped


def test_reasons_hold_no_control_characters_and_no_values() -> None:
    with pytest.raises(ValidationError) as caught:
        Review.model_validate({"source": "x", "text": "secret words", "reply_state": "odd"})
    reason = reason_of(caught.value)
    assert "listing_id: Field required" in reason
    assert "secret" not in reason
    assert "+7 912" not in reason_of(ValueError("bad: +7 912 345-67-89\x1b[2J\nnext"))
    line = Quarantined.of({"text": "\ud800", "at": NOW}, KeyError("id"), source="s", listing_id="l", seen_at=NOW)
    assert line.reason == "KeyError: id is missing"
    line.model_dump_json().encode()


def test_files_stay_inside_the_landing_folder_whatever_a_listing_is_called(tmp_path: Path) -> None:
    names = ["shop", "../../etc/passwd", "a/b", ".hidden", "магазин", "я" * 300, "a.b", "a_b"]
    paths = [landing_paths(tmp_path, "nightly-1", "amo", name) for name in names]
    assert len({path.reviews for path in paths}) == len(names)
    for path in paths:
        assert path.reviews.resolve().is_relative_to(tmp_path / "data" / "landing" / "nightly-1" / "amo")
        assert len(path.quarantine.name.encode()) < 255
    assert paths[0].reviews.name == "shop.1.jsonl"


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("", None), ("soon", None)])
def test_retry_after_is_read(value: str, seconds: float | None) -> None:
    from scrapy.http import Response

    assert retry_after(Response("http://a.example", headers={"Retry-After": value})) == seconds
    past = Response("http://a.example", headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert retry_after(past) == 0


def test_a_review_about_captchas_is_no_captcha() -> None:
    assert sign_of_block("<title>Отзывы о банке</title><p>Капча на каждом шагу! captcha, access denied</p>") is None
    assert sign_of_block("<TITLE>\n Attention  Required! | Cloudflare</TITLE>") is not None


@needs_fixtures
def test_a_real_captcha_page_is_known_and_a_real_review_page_is_not() -> None:
    blocked = (FIXTURES / "otzovik" / "captcha_block_page.html").read_text(encoding="utf-8")
    assert sign_of_block(blocked) is not None
    pages = [path for path in FIXTURES.rglob("*.html") if path.parent.name != "otzovik"]
    signs = {path.name: sign_of_block(path.read_text(encoding="utf-8", errors="replace")) for path in pages}
    assert len(pages) > 10
    assert set(signs.values()) == {None}


@needs_fixtures
def test_a_real_topic_is_read() -> None:
    raw = json.loads((FIXTURES / "discourse" / "topic.json").read_text(encoding="utf-8"))
    review = parse_topic(raw, listing_id="l", seen_at=NOW, secret=b"k", base_url="https://try.example")
    assert review.text.startswith("Welcome!\n\nTry is a sandbox")
    assert review.reply_state is ReplyState.published
    assert review.reply_at == datetime(2013, 2, 4, 20, 26, 32, 362000, tzinfo=UTC)
    assert review.edited_at == datetime(2013, 4, 30, 18, 33, 37, 273000, tzinfo=UTC)
