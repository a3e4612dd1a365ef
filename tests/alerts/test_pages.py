"""Long messages become pages, cut between reviews; and what a case says besides its quote."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from alerts.details import DigestDetails, Rule
from alerts.wording import render
from alerts.wording.message import MOST_PAGES, as_html, as_text, units
from core.aspects import Aspect
from core.records import AspectScore
from core.settings import Settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


def fitting(limit, form):
    show_page = as_html if form == "html" else as_text
    return lambda title, blocks: units(show_page(title, blocks)) <= limit, show_page


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize("limit", [700, 1000, 1500, 4096, 100_000])
def test_a_long_message_becomes_pages_cut_between_reviews(show, make_view, make_review, limit, form):
    views = [make_view(review=make_review(review_id=f"r{n}", text="&<>\"'" * 60), folded=True) for n in range(10)]
    message = show(*views)
    fits, show_page = fitting(limit, form)
    pages = message.pages(fits)
    texts = [show_page(page.title, page.blocks) for page in pages]
    for number, (page, text) in enumerate(zip(pages, texts, strict=True), 1):
        assert units(text) <= limit
        assert (page.number, page.of) == (number, len(pages))
        assert page.title == message.title + (f" ({number}/{len(pages)})" if len(pages) > 1 else "")
        assert not re.search(r"&[a-z#0-9]{0,6}(?![a-z#0-9;])", text) or form == "text"
        assert text.count("<b>") == text.count("</b>")
        assert text.count("<a ") == text.count("</a>")
    told = [n for n in range(10) if f"flamp/r{n}" in "".join(texts)]
    assert told == list(range(len(told)))
    assert (len(told) == 10) is ("сообщение сокращено" not in texts[-1])
    assert len(told) == 10 or len(pages) == MOST_PAGES


def test_a_heading_stays_with_what_it_heads(show, make_view, related):
    cases = tuple(related(name) for name in "abcdefgh")
    details = DigestDetails(
        reviews=tuple(("flamp", name) for name in "abcdefgh"),
        new=(0, 1, 2, 3), due_today=(4, 5), worst=(6, 7),
        waiting_count=8, new_count=4, due_today_count=2, overdue_count=2,
    )  # fmt: skip
    message = show(make_view(Rule.digest, details=details, related=cases))
    for limit in range(700, 2600, 100):
        for page in message.pages(fitting(limit, "text")[0]):
            assert re.search(r": \d+$", page.blocks[-1].lines[-1]) is None, limit


def test_a_channel_that_takes_almost_nothing_is_told_the_least(show, make_view, make_review):
    message = show(make_view(review=make_review()))
    fits, show_page = fitting(140, "html")
    for page in message.pages(fits):
        assert len(show_page(page.title, page.blocks)) <= 140


def test_what_it_is_about_and_who_answers(show, make_view, make_review, make_prediction):
    review = make_review()
    aspects = (
        AspectScore(name=Aspect.price_and_charges, p=0.5),
        AspectScore(name=Aspect.other, p=0.95),
        AspectScore(name=Aspect.staff_attitude, p=0.9),
        AspectScore(name=Aspect.waiting, p=0.7),
        AspectScore(name=Aspect.refunds, p=0.4),
    )
    prediction = make_prediction(0.9, content_hash=review.content_hash, aspects=aspects)
    view = make_view(review=review, prediction=prediction)
    assert "О чём: отношение персонала, ожидание, цены\n" in show(view).text
    assert "About: attitude of staff, waiting, prices\n" in show(view, language="en").text
    stale = make_view(review=review, prediction=make_prediction(0.9, content_hash="old", aspects=aspects))
    assert "О чём" not in show(stale).text
    assert "Отвечает" not in show(view).text


def test_somebody_else_is_told_who_answers(make_view, watchlist, settings):
    boss = next(person for person in watchlist.people if person.id == "boss")
    view = make_view(Rule.escalation, person="boss")
    message = render([view], person=boss, watchlist=watchlist, settings=settings, now=NOW)
    assert "Answers: Anna" in message.text
    assert "hears of it" not in message.text


def test_what_happens_next(show, make_view, make_case, make_review, start):
    assert (
        "Если ответа не будет, об этом узнает Boss: 23 нояб., 07:00"
        in show(make_view(Rule.near_miss), now=start + HOUR).text
    )
    late = show(make_view(Rule.late), now=start + 8 * DAY)
    assert "Если ответа не будет" not in late.text
    review = make_review(listing_id="l3")
    alone = make_view(review=review, case=make_case(source="flamp", listing_id="l3"))
    assert "Если ответа не будет, напомним, когда выйдет срок" in show(alone, now=start + HOUR).text
    assert "Если ответа не будет" not in show(alone, now=start + 3 * DAY).text
    doubtful = make_view(case=make_case(source="flamp", needs_check=True))
    assert "Если ответа не будет" not in show(doubtful).text


def test_the_console_is_linked_where_there_is_one(make_view, make_review, watchlist):
    view = make_view(review=make_review(review_id="a/b ?#<1>"))
    person = watchlist.people[0]
    settings = Settings(alerts={"console_url": "https://otklik.example/x/"})
    message = render([view], person=person, watchlist=watchlist, settings=settings, now=NOW)
    url = "https://otklik.example/x/cases/flamp/a%2Fb%20%3F%23%3C1%3E"
    assert f"Открыть в Отклике: {url}" in message.text
    assert f'<a href="{url}">Открыть в Отклике</a>' in message.html
    assert message.payload["cases"][0]["console_url"] == url
