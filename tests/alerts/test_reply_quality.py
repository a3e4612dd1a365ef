"""A published reply is judged with the listing's own history, and only what discloses is ever told."""

from datetime import timedelta

import pytest

from alerts.planning import plan
from alerts.replies.history import History as Replies
from alerts.reply_quality import judged, to_tell
from core.records import CaseStatus, CaseView, History, ReplyState, Review, reply_hash

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STOCK = "Здравствуйте! Спасибо за отзыв, нам важно ваше мнение."
GOOD = "Здравствуйте! Извините за час ожидания заказа: на смене не хватало бариста. Мы добавили человека на утро."
SECRET = "Здравствуйте, Марина! Приносим извинения. Вы были у нас на приёме 12 мая, ваш диагноз гастрит подтверждён."


@pytest.fixture
def answered(make_case, start):
    """An answered case with its review, as the warehouse hands it over."""

    def make(reply, text="Ждали заказ час, отвратительно", **case):
        review = Review(
            source="site",
            listing_id=case.get("listing_id", "l1"),
            review_id="r1",
            rating=0.0,
            text=text,
            reply_state=ReplyState.published,
            reply_text=reply,
            seen_at=start + HOUR,
        )
        values = {"status": CaseStatus.answered, "answered_at": start + HOUR, **case}
        return CaseView(case=make_case(**values), review=review, first_seen_at=start)

    return make


@pytest.mark.parametrize(
    ("reply", "history", "quality"),
    [(GOOD, (), "ok"), (STOCK, [STOCK] * 5, "boilerplate"), (SECRET, (), "discloses")],
)
def test_a_reply_is_judged_with_the_words_that_show_it(watchlist, answered, reply, history, quality):
    case = judged(answered(reply), Replies(history), watchlist)
    assert case.reply_quality == quality
    assert case.reply_hash == reply_hash(reply)
    assert (case.reply_quotes is None) is (quality == "ok")
    assert all(words in reply for words in case.reply_quotes or ())
    assert case.status is CaseStatus.answered


def test_the_secrets_of_the_vertical_count(watchlist, answered):
    clinics = watchlist.model_copy(
        update={"companies": tuple(one.model_copy(update={"vertical": "clinic"}) for one in watchlist.companies)}
    )
    reply = "Извините за грубость администратора. Спасибо за посещение, мы поговорим со сменой."
    view = answered(reply, text="Нагрубили")
    assert judged(view, Replies(), clinics).reply_quality == "discloses"
    assert judged(view, Replies(), watchlist).reply_quality == "ok"


@pytest.mark.parametrize(
    ("case", "after", "told"),
    [
        ({}, HOUR, True),
        ({}, 9 * DAY, False),  # an old answer, found when this began to be judged
        ({"is_baseline": True, "answered_at": None}, HOUR, False),  # history of a first run
        ({"is_baseline": True}, 2 * HOUR, True),  # answered since
        ({"reply_hash": "other words"}, 9 * DAY, True),  # the words were changed to these
    ],
)
def test_only_a_disclosure_that_is_news_is_told(watchlist, settings, answered, start, case, after, told):
    view = answered(SECRET, **case)
    found = judged(view, Replies(), watchlist)
    assert to_tell([view], [found], settings, start + after) == ([found] if told else [])
    fine = answered(GOOD, **case)
    assert to_tell([fine], [judged(fine, Replies(), watchlist)], settings, start + after) == []


def test_all_people_of_the_listing_are_told_once_for_each_wording(watchlist, settings, answered, start):
    def planned(reply, keys=frozenset()):
        case = judged(answered(reply), Replies(), watchlist)
        history, now = History(planned_keys=keys), start + 2 * HOUR
        return plan([], watchlist=watchlist, settings=settings, now=now, history=history, disclosing=[case]).alerts

    first = planned(SECRET)
    assert {(one.rule, one.level, one.destination) for one in first} == {
        ("discloses", 1, "anna"),
        ("discloses", 1, "boss"),
    }
    keys = frozenset(one.alert_key for one in first)
    assert planned(SECRET, keys) == ()
    assert len(planned(SECRET + " Ждём вас.", keys)) == 2


def test_quiet_hours_hold_for_disclosures_too(watchlist, settings, answered, start):
    case = judged(answered(SECRET, listing_id="l3"), Replies(), watchlist)
    night = start.replace(hour=21)  # midnight in Moscow, where Sova sleeps until nine
    result = plan([], watchlist=watchlist, settings=settings, now=night, history=History(), disclosing=[case])
    assert [(one.destination, one.not_before) for one in result.alerts] == [("sova", start.replace(hour=6) + DAY)]
