"""What a message about one step of one case says beside the case itself."""

from datetime import timedelta

import pytest

from alerts.details import LEVEL_OF, Rule
from alerts.wording import render
from core.records import Alert, AlertView, CaseStatus, ReplyState, Review
from core.watchlist import Person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def told(watchlist, settings, make_case, start):
    """The lines of the message about one step, `hours` after the start, for a reader in Moscow."""

    def run(rule, language="ru", hours=1.0, review=None, **case):
        review = review or Review(
            source="flamp",
            listing_id="l1",
            review_id="r1",
            rating=0.0,
            text="Отравились",
            reply_state=ReplyState.none,
            seen_at=start,
        )
        now = start + hours * HOUR
        alert = Alert(
            alert_key="k",
            source=review.source,
            review_id=review.review_id,
            rule=rule,
            level=LEVEL_OF[rule],
            destination="anna",
            planned_at=now,
            not_before=now,
        )
        state = make_case(source=review.source, review_id=review.review_id, listing_id=review.listing_id, **case)
        view = AlertView(alert=alert, case=state, review=review, first_seen_at=start)
        person = Person(id="anna", name="Anna", language=language, timezone="Europe/Moscow")
        message = render([view], person=person, watchlist=watchlist, settings=settings, now=now)
        return message.text.splitlines()

    return run


@pytest.mark.parametrize(
    ("language", "title", "ask"),
    [
        ("ru", "Серьёзный негативный отзыв: На Ленина, Воронеж", "Возьмите в работу до 16:00"),
        ("uk", "Серйозний негативний відгук: На Ленина, Воронеж", "Візьміть у роботу до 16:00"),
        ("en", "A severe negative review: На Ленина, Воронеж", "Please take it up by 16:00"),
    ],
)
def test_a_severe_case_says_until_when_to_take_it_up(told, start, language, title, ask):
    severe = {"severity": "severe", "severe_at": start, "due_at": start + DAY}
    lines = told(Rule.severe, language, **severe)
    assert lines[0] == title
    assert ask in lines
    assert ask not in told(Rule.severe, language, hours=5, **severe)
    assert ask not in told(Rule.severe, language, status=CaseStatus.acknowledged, **severe)
    assert ask not in told(Rule.near_miss, language, **severe)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ru", "Ответ раскрывает лишнее"),
        ("uk", "Відповідь розкриває зайве"),
        ("en", "A reply discloses too much"),
    ],
)
def test_a_reply_that_discloses_is_told_without_a_word_of_it(told, start, language, title):
    review = Review(
        source="flamp",
        listing_id="l1",
        review_id="r1",
        url="https://flamp.example/review/1",
        rating=0.0,
        text="Врач Сидоренко нагрубил мне",
        reply_state=ReplyState.published,
        reply_text="Вы были у нас 12 мая с гастритом, Марина",
        seen_at=start,
    )
    case = {"status": CaseStatus.answered, "reply_quality": "discloses", "reply_quotes": ("были у нас 12 мая",)}
    lines = told(Rule.discloses, language, review=review, **case)
    assert lines[0] == title
    assert "https://flamp.example/review/1" in lines
    words = " ".join(lines)
    assert not [word for word in ("12 мая", "гастрит", "Марина", "Сидоренко", "нагрубил") if word in words]
