"""What is told about no single case, from the counted signals to the words in three languages."""

from datetime import UTC, date, datetime, timedelta

import pytest

from alerts.details import WeekDetails
from alerts.planning import plan
from alerts.wording import render
from core.records import Alert, AlertView, CoverageStatus, History
from core.rules import Builtin
from core.signals import DailyComplaints, FadeCheck, ListingState, ListingWeek, PlaceShare, Signals
from core.watchlist import Programme

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def told(watchlist, settings):
    def run(signals, now, rule, history=None, facts=(), **changes):
        known = watchlist.model_copy(update=changes)
        result = plan(
            list(facts), watchlist=known, settings=settings, now=now, history=history or History(), signals=signals
        )
        return [alert for alert in result.alerts if alert.rule == rule], result

    return run


@pytest.fixture
def words(watchlist, settings):
    """Title and lines of one alert in a language."""

    def say(alert, result, now, language, **changes):
        known = watchlist.model_copy(update=changes)
        person = known.person(alert.destination).model_copy(update={"language": language})
        view = AlertView(alert=alert, details=result.details[alert.alert_key])
        message = render([view], person=person, watchlist=known, settings=settings, now=now)
        return [message.title, *(line for block in message.blocks for line in block.lines)]

    return say


@pytest.mark.parametrize(
    ("hours", "names"),
    [
        (25, []),
        (27, ["missed_run:2026-11-15T09:00:0"]),
        (49, ["missed_run:2026-11-15T09:00:0"]),
        (51, ["missed_run:2026-11-15T09:00:1"]),
    ],
)
def test_a_missed_night_is_told_to_the_operator_and_again_each_day(told, start, hours, names):
    last = start - DAY
    alerts, _ = told(Signals(last_night_at=last, first_run_at=last - DAY), last + hours * HOUR, "missed_run")
    assert [(alert.review_id, alert.destination) for alert in alerts] == [(name, "boss") for name in names]


def test_a_night_that_never_ran_is_missed_only_where_something_is_to_be_read(told, watchlist, start):
    never = Signals(first_run_at=start - 2 * DAY)
    assert len(told(never, start, "missed_run")[0]) == 1
    assert told(never, start, "missed_run", listings=())[0] == []
    assert told(Signals(), start, "missed_run")[0] == []


BUSY = (*([0] * 97), 9)


def test_a_spike_is_told_once_a_week_to_those_who_answer_and_who_stand_behind_them(told, start):
    signals = Signals(
        complaints=(DailyComplaints(listing_id="l1", days=BUSY), DailyComplaints(listing_id="l2", days=(0,) * 98))
    )
    alerts, _ = told(signals, start, "spike")
    assert {(alert.review_id, alert.destination) for alert in alerts} == {
        ("spike:l1:2026-11-16", "anna"),
        ("spike:l1:2026-11-16", "boss"),
    }
    history = History(planned_keys=frozenset(alert.alert_key for alert in alerts))
    assert told(signals, start + 6 * DAY, "spike", history)[0] == []
    assert len(told(signals, start + 7 * DAY, "spike", history)[0]) == 2
    assert told(signals, start, "spike", builtin={"spike": Builtin(enabled=False)})[0] == []


def test_a_fading_programme_is_told_once_a_checkpoint_to_its_owner(told, start):
    check = FadeCheck(programme_id="p", months=6, reviews=40, complaints=12, first_reviews=40, first_complaints=4)
    programmes = (Programme(id="p", name="Улыбка", start=date(2026, 5, 1), owner="olena"),)
    alerts, result = told(Signals(fades=(check,)), start, "fade", programmes=programmes)
    assert [(alert.review_id, alert.destination) for alert in alerts] == [("fade:p:6", "olena")]
    history = History(planned_keys=frozenset(alert.alert_key for alert in result.alerts))
    assert told(Signals(fades=(check,)), start + DAY, "fade", history, programmes=programmes)[0] == []


@pytest.fixture
def week(start):
    monday = date(2026, 11, 9)
    state = ListingState(listing_id="l1", status=CoverageStatus.ok, tried_at=start, read_at=start)
    return Signals(
        listings=(state,),
        week_starts_on=monday,
        week=(
            ListingWeek(
                listing_id="l1",
                reviews=21,
                satisfied=15,
                complaints=3,
                answered=2,
                formal=1,
                recovered=(("site", "r1"),),
                praised=(("staff_attitude", 7), ("waiting", 2)),
            ),
            ListingWeek(listing_id="l3"),
        ),
        places=(
            PlaceShare(network="cafe", place="lenina", reviews=30, satisfied_share=0.8, is_grey=False),
            PlaceShare(network="cafe", place="l3", reviews=5, satisfied_share=0.0, is_grey=True),
        ),
    )


def test_the_week_is_told_once_when_it_was_read_to_its_end(told, week, start):
    alerts, result = told(week, start, "weekly_summary")
    assert [(alert.review_id, alert.destination) for alert in alerts] == [("weekly:2026-W46", "boss")]
    history = History(planned_keys=frozenset(alert.alert_key for alert in result.alerts))
    assert told(week, start + DAY, "weekly_summary", history)[0] == []
    unread = (week.listings[0].model_copy(update={"read_at": datetime(2026, 11, 15, 9, tzinfo=UTC)}),)
    assert told(week.model_copy(update={"listings": unread}), start, "weekly_summary")[0] == []
    everyone = {"weekly_summary": Builtin(to=("responsible", "operator"))}
    both, _ = told(week, start, "weekly_summary", builtin=everyone)
    assert {alert.destination for alert in both} == {"anna", "boss"}


def test_the_week_says_who_came_round_what_was_formal_and_what_was_praised(told, words, week, start):
    (alert,), result = told(week, start, "weekly_summary")
    lines = words(alert, result, start, "ru")
    assert lines == [
        "Неделя 9 ноября — 15 ноября",
        "21 новый отзыв: довольных 15, недовольных 3.",
        "Ответ получили 2 негативных отзыва.",
        "Формальных ответов: 1.",
        "Хвалили: отношение персонала, ожидание.",
        "За 90 дней довольны 80\xa0% клиентов.",
        "1 клиент изменил мнение к лучшему:",
    ]


@pytest.mark.parametrize(
    ("language", "none", "no_answer"),
    [
        ("ru", "Новых отзывов не было.", "Ни один негативный отзыв ответа не получил."),
        ("uk", "Нових відгуків не було.", "Жоден негативний відгук не отримав відповіді."),
        ("en", "There were no new reviews.", "No negative review got an answer."),
    ],
)
def test_a_week_of_nothing_is_told_in_words_and_not_in_zeros(watchlist, settings, start, language, none, no_answer):
    def lines(**changes):
        details = WeekDetails(starts_on=date(2026, 11, 9), reviews_count=0, satisfied=0, complaints=0, answered=0)
        alert = Alert(
            alert_key="k", source="site", review_id="week", reopen_no=0, rule="weekly_summary", level=1,
            destination="boss", planned_at=start, not_before=start,
        )  # fmt: skip
        view = AlertView(alert=alert, details=details.model_copy(update=changes).model_dump_json())
        person = watchlist.person("boss").model_copy(update={"language": language})
        message = render([view], person=person, watchlist=watchlist, settings=settings, now=start)
        return [line for block in message.blocks for line in block.lines]

    assert lines() == [none]
    busy = lines(reviews_count=5, complaints=5)
    assert len(busy) == 2
    assert busy[1] == no_answer


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("ru", ["Без ответа — 0", "Прочитано 1 из 1 источника, данные на 15:00."]),
        ("uk", ["Без відповіді — 0", "Прочитано 1 з 1 джерела, дані на 15:00."]),
        ("en", ["Unanswered: 0", "1 of 1 source read, as of 15:00."]),
    ],
)
def test_the_all_clear_says_how_much_was_read_and_when(told, words, start, language, expected):
    night = Signals(listings=(ListingState(listing_id="l3", status=CoverageStatus.ok, tried_at=start + 3 * HOUR),))
    alerts, result = told(night, start + 3 * HOUR, "all_quiet")
    (alert,) = [one for one in alerts if one.destination == "sova"]
    assert words(alert, result, start + 4 * HOUR, language) == expected


def test_a_fresh_surge_of_words_has_the_numbers_of_the_language(told, words, start):
    days = (*([1, 0, 0, 0] * 24), 0, 22)
    alerts, result = told(Signals(complaints=(DailyComplaints(listing_id="l1", days=days),)), start, "spike")
    alert = next(one for one in alerts if one.destination == "anna")
    assert words(alert, result, start, "ru") == [
        "Всплеск негативных отзывов: На Ленина, Воронеж",
        "22 негативных отзыва за 2 дня; обычно за это время — 0,5.",
    ]
    assert words(alert, result, start, "uk")[1] == "22 негативні відгуки за 2 дні; зазвичай за цей час — 0,5."
    assert words(alert, result, start, "en")[1] == "22 negative reviews in 2 days; usually it would be 0.5."


def test_missed_nights_and_fading_programmes_are_said_in_each_language(told, words, start):
    (missed,), result = told(Signals(last_night_at=start - 30 * HOUR), start, "missed_run")
    assert words(missed, result, start, "en")[1].startswith("No nightly reading has ended for 30")
    assert "30 ч" in words(missed, result, start, "ru")[1]
    assert "30 год" in words(missed, result, start, "uk")[1]
    check = FadeCheck(programme_id="p", months=6, reviews=41, complaints=12, first_reviews=40, first_complaints=4)
    programmes = (Programme(id="p", name="<b>Улыбка</b>", start=date(2026, 5, 1)),)
    (fade,), result = told(Signals(fades=(check,)), start, "fade", programmes=programmes)
    title, line = words(fade, result, start, "ru", programmes=programmes)
    assert title == "Программа слабеет: ‹b›Улыбка‹∕b›"
    assert line.startswith("Через 6 мес. после начала недовольны 29\xa0% клиентов, в первые три месяца было 10\xa0%.")
