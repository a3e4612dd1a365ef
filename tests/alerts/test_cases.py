from datetime import timedelta

import pytest

from alerts.cases import advance, apply
from core.records import CaseStatus, ReplyState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def live(watchlist, settings, start):
    """Advance, check that a second look changes nothing, and return the change and the facts after it."""

    def run(facts, now=None):
        now = now or start + DAY
        change = advance(facts, watchlist=watchlist, settings=settings, now=now)
        after = apply(facts, change)
        assert advance(after, watchlist=watchlist, settings=settings, now=now + DAY) is None
        return change, after

    return run


@pytest.fixture
def opened(live, make_facts):
    return live(make_facts())[1]


def names(change):
    return [event.event for event in change.events]


@pytest.mark.parametrize(
    ("rating", "p_negative", "reason", "is_complaint"),
    [
        (0.0, None, "low_rating", True),
        (0.25, 0.01, "low_rating", True),  # two stars, whatever the text says
        (0.5, 0.95, "text", True),  # three stars are judged by their text
        (0.5, 0.02, "not_a_complaint", False),
        (1.0, 0.95, "text", True),  # a complaint inside praise
        (1.0, 1 / 11, "text", True),  # the threshold itself
        (1.0, 0.09, "not_a_complaint", False),
        (None, 0.5, "text", True),
        (None, 0.01, "not_a_complaint", False),
    ],
)
def test_a_content_is_decided_by_stars_and_text(
    live, make_facts, make_prediction, rating, p_negative, reason, is_complaint
):
    prediction = None if p_negative is None else make_prediction(p_negative)
    change, after = live(make_facts(rating=rating, prediction=prediction))
    assert (change.content_hash, change.opened, change.reason) == ("h1", is_complaint, reason)
    assert (after.case is not None) is is_complaint
    assert names(change) == (["opened"] if is_complaint else [])


@pytest.mark.parametrize("rating", [0.5, 1.0, None])
def test_without_a_prediction_only_low_stars_decide(live, make_facts, make_prediction, rating):
    assert live(make_facts(rating=rating))[0] is None
    assert live(make_facts(rating=rating, prediction=make_prediction(0.9, content_hash="older")))[0] is None


def test_what_was_decided_is_not_decided_again_by_a_new_model(live, make_facts, make_prediction):
    _, praised = live(make_facts(rating=1.0, prediction=make_prediction(0.02)))
    assert live(praised.model_copy(update={"prediction": make_prediction(0.99)}))[0] is None
    unknown = make_facts(rating=0.0, decided_hash="h1", decided_at=praised.decided_at)
    assert live(unknown)[0] is None


@pytest.mark.parametrize(
    ("rating", "p_negative", "needs_check"), [(1.0, 0.3, True), (1.0, 0.5, False), (0.5, 0.49, True), (0.0, 0.3, False)]
)
def test_between_threshold_and_precision_a_case_is_only_to_be_checked(
    live, make_facts, make_prediction, rating, p_negative, needs_check
):
    change, _ = live(make_facts(rating=rating, prediction=make_prediction(p_negative)))
    assert change.case.needs_check is needs_check


def test_the_team_has_its_own_clock_by_calendar_zone_and_sla(live, make_facts, start):
    friday = start + 4 * DAY
    assert live(make_facts())[0].case.due_at == start + 2 * DAY
    assert live(make_facts(seen=friday))[0].case.due_at == friday + 4 * DAY
    assert live(make_facts(posted_at=start - 9 * DAY))[0].case.due_at == start + 2 * DAY
    assert live(make_facts(listing_id="l2"))[0].case.due_at == start + 2 * DAY  # one day, and Tuesday is free
    assert live(make_facts(listing_id="unknown"))[0].case.due_at == start + 2 * DAY


def test_times_come_from_the_facts_and_not_from_the_run(live, make_facts, start):
    early, _ = live(make_facts(), now=start + HOUR)
    late, _ = live(make_facts(), now=start + 40 * DAY)
    assert early.case == late.case
    assert early.events == late.events
    assert early.case.opened_at == start


@pytest.mark.parametrize(
    ("age", "has_case"), [(timedelta(days=31), False), (timedelta(days=29), True), (None, True), (timedelta(0), True)]
)
def test_history_of_a_first_run_is_counted_and_only_the_recent_opens(live, make_facts, start, age, has_case):
    change, after = live(make_facts(is_baseline=True, posted_at=None if age is None else start - age))
    assert change.opened is has_case
    assert change.reason == ("low_rating" if has_case else "history")
    assert (after.case is not None) is has_case
    if has_case:
        assert after.case.is_baseline


def test_old_history_opens_when_its_reply_is_removed_or_the_customer_edits(live, make_facts, start):
    replied = make_facts(
        is_baseline=True, posted_at=start - 90 * DAY, reply_state=ReplyState.published, reply_seen_at=start
    )
    _, decided = live(replied)
    assert decided.case is None
    removed = decided.model_copy(
        update={"reply_state": ReplyState.removed, "reply_seen_at": None, "reply_removed_at": start + 3 * DAY}
    )
    change, after = live(removed)
    assert names(change) == ["opened"]
    assert (after.case.opened_at, after.case.is_baseline) == (start + 3 * DAY, False)
    edited = decided.model_copy(
        update={"content_hash": "h2", "content_seen_at": start + 4 * DAY, "edited_after_reply_at": start + 4 * DAY}
    )
    change, after = live(edited)
    assert after.case.status is CaseStatus.open
    assert (after.case.opened_at, after.case.is_baseline) == (start + 4 * DAY, False)


def test_a_reply_that_stands_already_answers_at_once(live, make_facts, start):
    replied_at = start - HOUR
    change, _ = live(make_facts(reply_state=ReplyState.published, reply_seen_at=start, reply_at=replied_at))
    assert names(change) == ["opened", "answered"]
    assert (change.case.status, change.case.answered_at) == (CaseStatus.answered, replied_at)
    change, _ = live(make_facts(reply_state=ReplyState.published, reply_seen_at=start))
    assert change.case.answered_at == start


def test_a_reply_older_than_the_edit_that_is_a_complaint_answers_nothing(live, make_facts, start):
    change, _ = live(
        make_facts(
            reply_state=ReplyState.published,
            reply_seen_at=start,
            content_seen_at=start + DAY,
            edited_after_reply_at=start + DAY,
        )
    )
    assert change.case.status is CaseStatus.open


def test_a_source_without_replies_is_not_chased_until_it_shows_them(live, make_facts, start):
    _, unseen = live(make_facts(reply_state=ReplyState.unknown))
    assert unseen.case.status is CaseStatus.reply_not_visible
    change, shown = live(unseen.model_copy(update={"reply_state": ReplyState.none, "last_seen_at": start + DAY}))
    assert (names(change), shown.case.status) == (["reply_visible"], CaseStatus.open)
    change, _ = live(unseen.model_copy(update={"reply_state": ReplyState.published, "reply_seen_at": start + DAY}))
    assert names(change) == ["answered"]
    assert live(shown.model_copy(update={"reply_state": ReplyState.unknown}))[0] is None


@pytest.mark.parametrize("state", [ReplyState.none, ReplyState.pending, ReplyState.rejected, ReplyState.unknown])
def test_only_a_published_reply_answers(live, opened, state):
    assert live(opened.model_copy(update={"reply_state": state}))[0] is None


@pytest.mark.parametrize(
    "status",
    [CaseStatus.open, CaseStatus.acknowledged, CaseStatus.waiting_for_branch, CaseStatus.disputed],
)
def test_a_published_reply_answers_with_its_evidence(live, opened, start, status):
    waiting = opened.case.model_copy(update={"status": status, "snoozed_until": start + 9 * DAY})
    change, after = live(
        opened.model_copy(
            update={
                "case": waiting,
                "reply_state": ReplyState.published,
                "reply_seen_at": start + DAY,
                "reply_at": start + HOUR,
            }
        )
    )
    assert (after.case.status, after.case.answered_at, after.case.snoozed_until) == (
        CaseStatus.answered,
        start + HOUR,
        None,
    )
    assert "2026-11-16 10:00" in change.events[0].reason
    assert "2026-11-17 09:00" in change.events[0].reason


@pytest.fixture
def answered(live, opened, start):
    return live(opened.model_copy(update={"reply_state": ReplyState.published, "reply_seen_at": start + DAY}))[1]


@pytest.mark.parametrize(
    ("state", "word"),
    [(ReplyState.removed, "disappeared"), (ReplyState.none, "disappeared"), (ReplyState.rejected, "rejected")],
)
def test_a_reply_that_disappears_or_is_rejected_reopens(live, answered, start, state, word):
    gone = start + 5 * DAY  # a Saturday
    change, after = live(
        answered.model_copy(update={"reply_state": state, "reply_seen_at": None, "reply_removed_at": gone})
    )
    assert names(change) == ["reopened"]
    assert word in change.events[0].reason
    assert (after.case.status, after.case.reopen_no, after.case.opened_at) == (CaseStatus.open, 1, gone)
    assert after.case.answered_at is None
    assert after.case.due_at > gone + 2 * DAY
    change, again = live(
        after.model_copy(
            update={"reply_state": ReplyState.published, "reply_seen_at": gone + DAY, "reply_removed_at": None}
        )
    )
    assert (again.case.status, again.case.answered_at) == (CaseStatus.answered, gone + DAY)


def test_a_removal_older_than_the_answer_changes_nothing(live, answered, start):
    assert live(answered.model_copy(update={"reply_removed_at": start, "reply_state": ReplyState.none}))[0] is None


def edited(facts, when, **changes):
    return facts.model_copy(update={"content_hash": "h2", "content_seen_at": when, **changes})


def test_an_edit_after_the_reply_reopens_a_complaint(live, answered, start):
    when = start + 3 * DAY
    change, after = live(edited(answered, when, edited_after_reply_at=when))
    assert names(change) == ["edited", "reopened"]
    assert (after.case.status, after.case.opened_at, after.case.reopen_no) == (CaseStatus.open, when, 1)
    changed_reply = after.model_copy(update={"reply_seen_at": when + DAY, "reply_at": start})
    change, after = live(changed_reply)
    assert (after.case.status, after.case.answered_at) == (CaseStatus.answered, when + DAY)


def test_an_edit_to_praise_after_the_reply_only_leaves_a_note(live, answered, start, make_prediction):
    when = start + 3 * DAY
    praise = {"rating": 1.0, "prediction": make_prediction(0.01, content_hash="h2"), "edited_after_reply_at": when}
    change, after = live(edited(answered, when, **praise))
    assert names(change) == ["edited"]
    assert after.case.status is CaseStatus.answered
    assert change.opened is False
    removed = {"reply_state": ReplyState.removed, "reply_removed_at": when + DAY}
    assert live(after.model_copy(update=removed))[0] is None


def test_a_reply_changed_in_the_same_look_as_the_edit_answers_it(live, answered, start):
    when = start + 3 * DAY
    change, _ = live(edited(answered, when, edited_after_reply_at=when, reply_seen_at=when))
    assert names(change) == ["edited"]


def test_an_edit_to_praise_closes_and_an_edit_back_reopens(live, opened, start, make_prediction):
    praise = edited(opened, start + DAY, rating=1.0, prediction=make_prediction(0.01, content_hash="h2"))
    change, after = live(praise)
    assert names(change) == ["edited", "resolved"]
    assert (after.case.status, after.case.close_reason) == (CaseStatus.resolved, "edited_to_no_complaint")
    back = after.model_copy(
        update={"content_hash": "h3", "content_seen_at": start + 2 * DAY, "rating": 0.0, "prediction": None}
    )
    change, after = live(back)
    assert names(change) == ["edited", "reopened"]
    assert (after.case.reopen_no, after.case.opened_at) == (1, start + 2 * DAY)


def test_an_edit_while_it_waits_makes_a_case_only_more_urgent(live, make_facts, make_prediction, start):
    _, doubtful = live(make_facts(rating=1.0, prediction=make_prediction(0.3)))
    assert doubtful.case.needs_check
    worse = edited(doubtful, start + DAY, prediction=make_prediction(0.9, content_hash="h2", severity="severe"))
    _, after = live(worse)
    assert (after.case.needs_check, after.case.severity, after.case.due_at) == (False, "severe", doubtful.case.due_at)
    milder = after.model_copy(
        update={
            "content_hash": "h3",
            "content_seen_at": start + 2 * DAY,
            "prediction": make_prediction(0.2, content_hash="h3"),
        }
    )
    _, after = live(milder)
    assert (after.case.needs_check, after.case.severity) == (False, "severe")


@pytest.fixture
def severe(live, make_facts, make_prediction):
    return live(make_facts(prediction=make_prediction(0.9, severity="severe")))[1]


def test_a_severe_case_is_due_within_a_day_of_the_calendar(live, make_facts, make_prediction, severe, start):
    assert (severe.case.severity, severe.case.severe_at, severe.case.due_at) == ("severe", start, start + DAY)
    friday = start + 4 * DAY
    _, weekend = live(make_facts(seen=friday, prediction=make_prediction(0.9, severity="severe")), friday)
    assert weekend.case.due_at == friday + DAY
    _, ordinary = live(make_facts(seen=friday), friday)
    assert (ordinary.case.severe_at, ordinary.case.due_at) == (None, friday + 4 * DAY)


def test_a_case_that_becomes_severe_gets_the_shorter_clock_from_then(live, opened, make_prediction, start):
    assert opened.case.due_at == start + 2 * DAY
    worse = edited(opened, start + 6 * HOUR, prediction=make_prediction(0.9, content_hash="h2", severity="severe"))
    change, after = live(worse)
    assert (after.case.severe_at, after.case.due_at) == (start + 6 * HOUR, start + 30 * HOUR)
    assert change.events[0].reason.endswith("now severe")
    late = edited(opened, start + 40 * HOUR, prediction=make_prediction(0.9, content_hash="h2", severity="severe"))
    _, kept = live(late)
    assert kept.case.due_at == start + 2 * DAY  # never later than it was


def test_a_severe_case_keeps_its_clock_over_further_edits(live, severe, make_prediction, start):
    again = edited(severe, start + 6 * HOUR, prediction=make_prediction(0.9, content_hash="h2", severity="severe"))
    _, after = live(again)
    assert (after.case.severe_at, after.case.due_at) == (start, start + DAY)


def test_a_severe_case_that_comes_back_starts_its_clock_anew(live, severe, start):
    _, replied = live(
        severe.model_copy(update={"reply_state": ReplyState.published, "reply_seen_at": start + 2 * HOUR})
    )
    lost = replied.model_copy(
        update={"reply_state": ReplyState.none, "reply_seen_at": None, "reply_removed_at": start + 5 * DAY}
    )
    _, back = live(lost)
    assert (back.case.reopen_no, back.case.severe_at, back.case.due_at) == (1, start + 5 * DAY, start + 6 * DAY)


def test_a_deleted_review_is_closed_and_comes_back(live, opened, start):
    change, gone = live(opened.model_copy(update={"gone_at": start + 2 * DAY}))
    assert (names(change), gone.case.status, gone.case.close_reason) == (["gone"], CaseStatus.resolved, "gone")
    change, back = live(gone.model_copy(update={"gone_at": None, "last_seen_at": start + 4 * DAY}))
    assert names(change) == ["reopened"]
    assert (back.case.status, back.case.reopen_no, back.case.opened_at) == (CaseStatus.open, 1, start + 4 * DAY)


def test_a_review_deleted_before_it_was_judged_opens_when_it_is_back(live, make_facts, start):
    change, gone = live(make_facts(gone_at=start + DAY))
    assert (change.opened, change.reason, gone.case) == (False, "gone", None)
    change, back = live(gone.model_copy(update={"gone_at": None, "last_seen_at": start + 4 * DAY}))
    assert (names(change), back.case.opened_at) == (["opened"], start + 4 * DAY)


@pytest.mark.parametrize(
    ("status", "close", "reopens"),
    [
        (CaseStatus.dismissed, {"dismiss_reason": "spam"}, True),
        (CaseStatus.resolved, {"close_reason": "client_content", "resolved_at": None}, True),
    ],
)
def test_a_human_act_is_undone_only_by_a_newer_edit_and_the_event_says_so(live, opened, start, status, close, reopens):
    act = start + 2 * DAY
    acted = opened.model_copy(
        update={"case": opened.case.model_copy(update={"status": status, **close}), "acted_at": act}
    )
    assert live(acted)[0] is None
    change, _ = live(edited(acted, act - HOUR))
    assert names(change) == ["edited"]
    change, after = live(edited(acted, act + HOUR))
    assert names(change) == ["edited", "reopened"]
    assert f"after a person had set it {status}" in change.events[1].reason
    assert after.case.dismiss_reason is None


def test_resolved_by_a_person_reopens_when_the_reply_disappears_later(live, answered, start):
    act = start + 2 * DAY
    case = answered.case.model_copy(update={"status": CaseStatus.resolved, "close_reason": "client_content"})
    acted = answered.model_copy(update={"case": case, "acted_at": act})
    lost = {"reply_state": ReplyState.removed, "reply_seen_at": None}
    assert live(acted.model_copy(update={**lost, "reply_removed_at": act - HOUR}))[0] is None
    change, _ = live(acted.model_copy(update={**lost, "reply_removed_at": act + HOUR}))
    assert names(change) == ["reopened"]
    assert "after a person had set it resolved" in change.events[0].reason


def test_a_dismissed_case_stays_dismissed_whatever_becomes_of_replies(live, opened, start):
    case = opened.case.model_copy(update={"status": CaseStatus.dismissed, "dismiss_reason": "wrong_place"})
    acted = opened.model_copy(update={"case": case, "acted_at": start})
    assert live(acted.model_copy(update={"reply_state": ReplyState.published, "reply_seen_at": start + DAY}))[0] is None
    assert (
        live(acted.model_copy(update={"reply_state": ReplyState.removed, "reply_removed_at": start + DAY}))[0] is None
    )


def test_a_snooze_ends_early_only_by_a_newer_edit(live, opened, start):
    act = start + DAY
    snoozed = opened.model_copy(
        update={"case": opened.case.model_copy(update={"snoozed_until": start + 9 * DAY}), "acted_at": act}
    )
    assert live(snoozed)[0] is None
    change, after = live(edited(snoozed, act - HOUR))
    assert (names(change), after.case.snoozed_until) == (["edited"], start + 9 * DAY)
    change, after = live(edited(snoozed, act + HOUR))
    assert names(change) == ["edited", "snooze_ended"]
    assert after.case.snoozed_until is None
