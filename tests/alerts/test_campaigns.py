"""What belongs together, whatever the order, and that short stock phrases of strangers do not."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts.campaigns import Campaigns, find, told_once
from alerts.sketches import sketch
from core.campaigns import Found, Mark, Member
from core.records import Alert, Case, ReviewKey, alert_key
from core.settings import CampaignSettings
from core.watchlist import Person

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LONG = "Никогда сюда не ходите, вас обманут на кассе и ещё нахамят, лучше обойдите это место стороной"
SETTINGS = CampaignSettings()
ANNA = Person(id="anna", name="Anna")


def mark(review_id: str, text: str = LONG, *, source: str = "two_gis", **changes: Any) -> Mark:
    found = sketch(None, text)
    values: dict[str, Any] = {
        "source": source,
        "review_id": review_id,
        "is_praise": False,
        "listing_id": f"{source}-one",
        "place": "one",
        "company": "firm",
        "rating": 0.0,
        "moment": NOON,
        "words": found.words,
        "words_hash": found.words_hash,
        "bands": found.bands,
        "text": text,
    }
    return Mark(**{**values, **changes})


def groups(found: Found) -> set[frozenset[str]]:
    by_name: dict[str, set[str]] = {}
    for member in found.members:
        by_name.setdefault(member.campaign_id, set()).add(member.review_id)
    return {frozenset(group) for group in by_name.values()}


def test_alike_texts_of_one_company_are_one_wave_whatever_their_order():
    said = LONG.split()
    marks = []
    for number in range(40):
        changed = list(said)
        changed[number % len(said)] = ("очень", "просто", "всегда")[number % 3]
        place = f"p{number % 20}"
        marks.append(mark(f"r{number}", " ".join(changed), place=place, moment=NOON + number * timedelta(hours=1)))
    marks.append(mark("other", "Заказ привезли через три часа холодным, а курьер даже не извинился перед нами"))
    expected = find(marks, SETTINGS)
    assert groups(expected) == {frozenset(f"r{number}" for number in range(40))}
    assert {member.kind for member in expected.members} == {"wave"}
    assert [member.review_id for member in expected.members if member.leads] == ["r0"]
    for seed in range(5):
        random.Random(seed).shuffle(marks)
        assert find(marks, SETTINGS) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"company": "rival"},
        {"moment": NOON + 15 * DAY},
        {"text": "Ужас"},
        {"text": "Очень плохо, не советую никому"},
        {"is_praise": True, "rating": 1.0},
    ],
)
def test_strangers_stay_apart(changes):
    text = changes.pop("text", LONG)
    assert find([mark("a", text), mark("b", text, **changes)], SETTINGS).members == ()


def test_a_review_on_two_sites_of_a_place_is_one_case_and_on_one_site_it_is_not():
    short = "Очень плохо, не советую"
    one, other = mark("a", short), mark("b", short, source="flamp", moment=NOON + DAY)
    found = find([other, one], SETTINGS)
    assert [(member.review_id, member.kind, member.copy_of) for member in found.members] == [
        ("a", "copies", None),
        ("b", "copies", "two_gis/a"),
    ]
    assert not find([one, mark("b", short)], SETTINGS).members  # two strangers on one site
    assert not find([one, other.model_copy(update={"place": "two"})], SETTINGS).members
    assert not find([one, other.model_copy(update={"rating": 0.25})], SETTINGS).members
    assert not find([one, other.model_copy(update={"moment": NOON + 4 * DAY})], SETTINGS).members


def test_where_a_site_says_whose_review_it_shows_a_word_is_enough():
    one, other = mark("a", "Ужас"), mark("b", "ужас!!", source="flamp")
    assert not find([one, other], SETTINGS).members
    told = other.model_copy(update={"syndicated_from": "two_gis"})
    assert groups(find([one, told], SETTINGS)) == {frozenset("ab")}


def test_a_notification_that_cuts_the_text_off_is_the_review_that_the_site_shows():
    cut = mark("m", LONG[:40], source="mail", rating=None, moment=NOON - DAY)
    found = find([mark("a"), cut, mark("b", "Вас обманут на кассе, и так было со мной вчера вечером")], SETTINGS)
    assert groups(found) == {frozenset({"m", "a"})}
    assert {member.kind for member in found.members} == {"copies"}


def test_one_author_over_places_and_days_is_one_case_unless_many_share_the_name():
    first = mark("a", "Нахамили на кассе", author_key="k", authors_reviews=2)
    second = mark("b", "Долго ждали заказ", author_key="k", authors_reviews=2, place="two", moment=NOON + 6 * DAY)
    found = find([first, second], SETTINGS)
    assert {member.kind for member in found.members} == {"author"}
    assert not find([first, second.model_copy(update={"moment": NOON + 8 * DAY})], SETTINGS).members
    assert not find([first, second.model_copy(update={"source": "flamp"})], SETTINGS).members
    shared = [one.model_copy(update={"authors_reviews": 11}) for one in (first, second)]
    assert not find(shared, SETTINGS).members


def test_praise_is_flagged_from_some_voices_on_and_never_mixed_with_complaints():
    five = [mark(f"p{number}", is_praise=True, rating=1.0) for number in range(5)]
    found = find([*five, mark("a"), mark("b")], SETTINGS)
    assert groups(found) == {frozenset(f"p{number}" for number in range(5)), frozenset("ab")}
    assert [(wave.count, wave.has_text, wave.is_news) for wave in found.praise] == [(5, True, True)]
    assert not find(five[:4], SETTINGS).members
    history = [one.model_copy(update={"is_baseline": True}) for one in five]
    assert [wave.is_news for wave in find(history, SETTINGS).praise] == [False]


def _steps(names: list[str], rule: str = "late", *, person: str = "anna") -> list[tuple[Case, Alert, Person]]:
    steps = []
    for name in names:
        case = Case(
            source="s", review_id=name, listing_id="l", opened_at=NOON, due_at=NOON + DAY, risk=int(name[1:]) / 1000
        )
        key = alert_key("s", name, 0, rule, 2, person)
        planned = {"planned_at": NOON, "not_before": NOON, "level": 2, "destination": person}
        alert = Alert(alert_key=key, source="s", review_id=name, rule=rule, **planned)
        steps.append((case, alert, ANNA))
    return steps


def _campaigns(names: list[str], copies: dict[str, str] | None = None) -> Campaigns:
    members = [
        Member(
            campaign_id="c", kind="wave", source="s", review_id=name, leads=name == names[0],
            copy_of=(copies or {}).get(name),
        )
        for name in names
    ]  # fmt: skip
    return Campaigns(Found(members=tuple(members)))


def test_a_wave_speaks_once_and_again_only_when_it_has_grown():
    everybody = [f"r{number}" for number in range(400)]
    campaigns = _campaigns(everybody)
    planned: set[str] = set()
    messages = []
    for last in (1, 2, 3, 8, 9, 20, 26, 100, 400):
        cases = [case for case, _, _ in _steps(everybody[:last])]
        due = [step for step in _steps(everybody[:last]) if step[1].alert_key not in planned]
        told = told_once(due, campaigns, cases, frozenset(planned), SETTINGS)
        assert len(told.steps) + len(told.covered) == len(due)
        assert {alert.alert_key for alert in told.covered} == told.by.keys()
        planned |= {alert.alert_key for _, alert, _ in told.steps} | told.by.keys()
        messages += [last] * len(told.steps)
    assert messages == [1, 3, 9, 100, 400]
    assert len(planned) == 400


def test_people_rules_and_replies_are_told_apart():
    everybody = [f"r{number}" for number in range(5)]
    steps = [*_steps(everybody), *_steps(everybody, person="boss"), *_steps(everybody, "escalation")]
    steps += _steps(everybody, "reply_removed")
    told = told_once(steps, _campaigns(everybody), [case for case, _, _ in steps[:5]], frozenset(), SETTINGS)
    said = sorted((alert.rule, alert.destination) for _, alert, _ in told.steps)
    assert said == [("escalation", "anna"), ("late", "anna"), ("late", "boss"), *[("reply_removed", "anna")] * 5]
    assert {case.review_id for case, alert, _ in told.steps if alert.rule == "late"} == {"r4"}  # the gravest


def test_copies_of_one_review_never_make_a_campaign_grow():
    names = [f"r{number}" for number in range(4)]
    campaigns = _campaigns(names, copies=dict.fromkeys(names[1:], "s/r0"))
    assert campaigns.voices(campaigns.alike(ReviewKey("s", "r0"))) == 1
    cases = [case for case, _, _ in _steps(names)]
    first = told_once(_steps(names[:1]), campaigns, cases, frozenset(), SETTINGS)
    known = frozenset(alert.alert_key for _, alert, _ in first.steps)
    rest = told_once(_steps(names[1:]), campaigns, cases, known, SETTINGS)
    assert (rest.steps, set(rest.by.values())) == ((), known)
