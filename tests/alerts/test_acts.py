"""The table of acts: what may be done in which state, what it changes, and that newer facts alone undo it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from alerts.acts import ALLOWED, RefusedError, apply_act
from core.acts import Act, ActArguments, ActName
from core.records import CaseStatus, ReplyState

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENOUGH: dict[ActName, dict[str, Any]] = {
    ActName.assign: {"person": "boss"},
    ActName.ask_branch: {"person": "boss", "text": "Что случилось?"},
    ActName.answer_branch: {"text": "Курьер заблудился"},
    ActName.snooze: {"until": "later"},
    ActName.dismiss: {"reason": "spam"},
    ActName.note: {"text": "звонили"},
    ActName.step: {"step": "investigate"},
    ActName.propose_reply: {"text": "Простите нас"},
    ActName.post_reply: {"text": "Простите нас"},
    ActName.fail_reply: {"text": "the platform refused it"},
}


def published(world, **more):
    return world.look(reply_state=ReplyState.published, reply_seen_at=world.now, **more)


@pytest.mark.parametrize("status", list(CaseStatus))
@pytest.mark.parametrize("name", list(ActName))
def test_every_act_in_every_state_is_in_the_table(world, name, status):
    world.facts = world.facts.model_copy(update={"case": world.case.model_copy(update={"status": status})})
    arguments = dict(ENOUGH.get(name, {}))
    if name is ActName.snooze:
        arguments["until"] = world.now + DAY
    if name is ActName.wake:
        world.facts = world.facts.model_copy(
            update={"case": world.case.model_copy(update={"snoozed_until": world.now + DAY})}
        )
    if name is ActName.answer_branch:
        world.facts = world.facts.model_copy(update={"case": world.case.model_copy(update={"branch_question": "?"})})
    if status in ALLOWED[name]:
        world.do(name, **arguments)
    else:
        with pytest.raises(RefusedError, match="not possible"):
            world.do(name, **arguments)


@pytest.mark.parametrize("name", [name for name in ActName if name in ENOUGH])
def test_what_an_act_needs_is_asked_for(world, name):
    with pytest.raises(RefusedError, match=r"needs|which step|nobody was asked"):
        world.do(name)


def test_an_unknown_person_is_named_with_those_who_are_known(world):
    with pytest.raises(RefusedError, match=r"no person 'ann' in watchlist\.toml; known are: anna, boss, olena, sova"):
        world.do("assign", person="ann")


def test_nobody_acts_as_ourselves(world):
    with pytest.raises(RefusedError, match="say who you are"):
        world.do("acknowledge", by="otklik")


def test_a_doubtful_case_that_is_taken_up_is_a_case(world):
    world.facts = world.facts.model_copy(update={"case": world.case.model_copy(update={"needs_check": True})})
    world.do("acknowledge")
    assert (world.case.status, world.case.needs_check, world.case.acknowledged_at) == (
        CaseStatus.acknowledged, False, world.now
    )  # fmt: skip


def test_an_act_for_an_earlier_life_of_the_case_is_refused(world):
    act_of_the_first = world.case.reopen_no
    published(world.later(HOUR))
    world.later(HOUR).look(reply_state=ReplyState.removed, reply_seen_at=None, reply_removed_at=world.now)
    assert world.case.reopen_no == 1
    old = Act(
        act_id=uuid4().hex, at=world.now - HOUR / 2, by="anna", source="site", review_id="r1",
        reopen_no=act_of_the_first, act=ActName.dismiss, args=ActArguments(reason="spam"),
    )  # fmt: skip
    with pytest.raises(RefusedError, match="came back"):
        apply_act(world.facts, old, watchlist=world.watchlist, settings=world.settings)


def test_a_snoozed_case_is_told_nothing_and_then_again(world):
    world.later(2 * DAY)
    before = world.keys()
    assert ("late", "anna") in world.told()
    world.do("snooze", until=world.now + 3 * DAY)
    assert world.told(before) == []
    assert world.later(2 * DAY).told(before) == []
    world.later(DAY)
    assert world.told(before) == [("late", "anna")]
    assert world.told(before | world.keys()) == []


def test_a_case_that_becomes_late_while_it_is_snoozed_is_told_once_when_it_wakes(world):
    world.do("snooze", until=world.now + 3 * DAY).later(3 * DAY)
    assert world.told() == [("late", "anna")]


def test_a_snooze_that_ends_before_the_deadline_says_so(world):
    world.do("snooze", until=world.now + HOUR).later(HOUR)
    assert world.told() == [("woken", "anna")]
    world.do("snooze", until=world.now + HOUR)
    assert world.told() == []
    assert world.later(HOUR).told() == [("woken", "anna")]
    world.do("snooze", until=world.now + HOUR).do("wake")
    assert world.told() == []


@pytest.mark.parametrize("mark", ["is_baseline", "needs_check"])
def test_a_case_that_is_told_in_digests_alone_says_so_too_when_it_wakes(world, mark):
    world.facts = world.facts.model_copy(update={"case": world.case.model_copy(update={mark: True})})
    world.later(5 * DAY).do("snooze", until=world.now + HOUR)
    assert world.told() == []
    assert world.later(HOUR).told() == [("woken", "anna")]


@pytest.mark.parametrize(("span", "words"), [(timedelta(0), "over already"), (400 * DAY, "more than a year")])
def test_a_snooze_has_sense(world, span, words):
    with pytest.raises(RefusedError, match=words):
        world.do("snooze", until=world.now + span)


def test_a_dispute_keeps_the_clock_and_is_told_again_after_a_week(world):
    due = world.case.due_at
    world.do("dispute", text="пишут не о нас")
    assert (world.case.status, world.case.due_at) == (CaseStatus.disputed, due)
    before = world.later(6 * DAY).keys()
    assert ("late", "anna") in world.told()
    assert ("dispute_reminder", "anna") in world.later(DAY).told(before)


def test_a_branch_is_asked_reminded_and_answers(world):
    world.do("ask_branch", person="olena", text="Кто был на смене?")
    assert world.case.status is CaseStatus.waiting_for_branch
    # Tuesday the 17th is free in Kyiv: a business day of hers ends on Wednesday.
    assert world.case.branch_due_at == world.now + 2 * DAY
    assert world.told() == [("branch_question", "olena")]
    before = world.keys()
    world.later(2 * DAY)
    assert {to for rule, to in world.told(before) if rule == "branch_overdue"} == {"olena", "anna"}
    world.do("answer_branch", by="olena", text="Смена Петра, касса стояла")
    assert (world.case.status, world.case.branch_answer) == (CaseStatus.acknowledged, "Смена Петра, касса стояла")
    assert not [one for one in world.told(before) if one[0].startswith("branch")]
    world.do("ask_branch", person="olena", text="А чек?", until=world.now + HOUR)
    assert (world.case.branch_answer, world.case.branch_due_at) == (None, world.now + HOUR)
    assert ("branch_question", "olena") in world.told(before)


def test_an_answer_of_the_branch_after_the_reply_is_kept_and_changes_no_state(world):
    world.do("ask_branch", person="boss", text="?")
    published(world.later(HOUR))
    world.later(HOUR).do("answer_branch", text="да")
    assert (world.case.status, world.case.branch_answer) == (CaseStatus.answered, "да")


def test_a_dismissal_needs_a_reason_of_the_list(world):
    with pytest.raises(RefusedError, match="needs what the other reason is"):
        world.do("dismiss", reason="other")
    world.do("dismiss", reason="other", text="учебный отзыв")
    assert (world.case.status, world.case.dismiss_reason) == (CaseStatus.dismissed, "other")
    assert world.later(30 * DAY).told() == []


def test_a_claim_stays_until_the_source_shows_the_reply(world):
    world.do("claim")
    assert world.case.status is CaseStatus.claimed
    assert world.later(2 * DAY).look().told() == []
    published(world)
    assert world.case.status is CaseStatus.answered


def test_a_claim_that_is_not_seen_comes_back_and_says_so(world):
    claimed = world.now
    world.do("claim").later(10 * DAY).look()
    assert (world.case.status, world.case.reopen_no, world.case.opened_at) == (CaseStatus.open, 1, claimed + 3 * DAY)
    assert "did not show the claimed reply within 3 days" in world.events[-1].reason
    assert ("claim_not_seen", "anna") in world.told()


def test_a_claim_closes_a_case_of_a_source_that_shows_no_replies_until_it_does(world, make_facts):
    world.facts = make_facts(reply_state=ReplyState.unknown)
    world.look()
    assert world.case.status is CaseStatus.reply_not_visible
    world.do("claim")
    assert (world.case.status, world.case.answered_at) == (CaseStatus.answered, world.now)
    assert world.later(10 * DAY).look().case.status is CaseStatus.answered
    world.look(reply_state=ReplyState.none, last_seen_at=world.now)
    assert (world.case.status, world.case.claimed_at) == (CaseStatus.claimed, world.now)
    assert world.later(4 * DAY).look().case.status is CaseStatus.open


def test_a_case_without_visible_replies_is_never_chased_by_what_people_do(world, make_facts):
    world.facts = make_facts(reply_state=ReplyState.unknown)
    world.look().do("acknowledge").do("dispute").do("ask_branch", person="boss", text="?")
    assert world.case.status is CaseStatus.reply_not_visible
    assert {rule for rule, _ in world.later(30 * DAY).told()} == {
        "dispute_reminder", "branch_question", "branch_overdue"
    }  # fmt: skip


def test_a_claim_is_undone_by_a_newer_edit_alone(world, make_prediction):
    world.do("claim").later(HOUR)
    world.look(content_hash="h2", content_seen_at=world.now - 2 * HOUR)
    assert world.case.status is CaseStatus.claimed
    world.look(content_hash="h3", content_seen_at=world.now)
    assert (world.case.status, world.case.reopen_no) == (CaseStatus.open, 1)
    assert "after a person had set it claimed" in world.events[-1].reason


def test_a_rejected_reply_undoes_a_claim(world):
    world.do("claim").later(HOUR).look(reply_state=ReplyState.rejected, reply_removed_at=world.now)
    assert world.case.status is CaseStatus.open
    assert "rejected by the source after a person had set it claimed" in world.events[-1].reason


def test_an_answered_case_resolves_by_itself_after_a_quiet_time(world):
    published(world.later(HOUR))
    seen = world.now
    assert world.later(13 * DAY).look().case.status is CaseStatus.answered
    world.do("step", step="courtesy")
    assert world.later(13 * DAY).look().case.status is CaseStatus.answered
    world.later(2 * DAY).look()
    assert (world.case.status, world.case.close_reason) == (CaseStatus.resolved, "quiet")
    assert (world.case.resolved_at, world.case.verified_at) == (seen + 27 * DAY, None)
    world.do("resolve", text="перезвонили", root_cause="team")
    assert (world.case.verified_at, world.case.close_reason, world.case.root_cause) == (
        world.now, "client_content", "team"
    )  # fmt: skip
    with pytest.raises(RefusedError, match="resolved already"):
        world.do("resolve")


def test_what_resolved_by_itself_comes_back_by_the_same_facts_as_what_is_answered(world):
    published(world.later(HOUR))
    world.later(20 * DAY).look()
    assert world.case.close_reason == "quiet"
    world.look(content_hash="h2", content_seen_at=world.now, edited_after_reply_at=world.now)
    assert (world.case.status, world.case.reopen_no) == (CaseStatus.open, 1)


def test_a_person_opens_an_answered_case_again_and_only_a_newer_reply_answers_it(world):
    published(world.later(HOUR))
    world.later(HOUR).do("reopen", text="ответ не по делу").look()
    assert (world.case.status, world.case.reopened_by, world.case.reopen_no) == (CaseStatus.open, "anna", 1)
    before = world.keys()
    assert [rule for rule, _ in world.later(3 * DAY).told(before)] == ["late"]
    published(world)
    assert world.case.status is CaseStatus.answered


def test_a_deleted_review_is_not_opened_again(world):
    world.later(HOUR).look(gone_at=world.now)
    with pytest.raises(RefusedError, match="deleted"):
        world.do("reopen")


def test_what_is_known_and_promised_comes_along_when_a_case_comes_back(world):
    world.do("ask_branch", person="boss", text="?").later(HOUR).do("answer_branch", text="касса стояла")
    world.do("assign", person="boss")
    published(world)
    world.later(HOUR).look(reply_state=ReplyState.removed, reply_seen_at=None, reply_removed_at=world.now)
    assert (world.case.assignee, world.case.branch_answer, world.case.steps) == ("boss", "касса стояла", ())


def test_the_checklist_knows_who_and_when(world):
    world.do("step", step="solve", text="вернули деньги").later(HOUR).do("step", by="boss", step="investigate")
    assert [(one.step, one.done_by) for one in world.case.steps] == [("investigate", "boss"), ("solve", "anna")]
    with pytest.raises(RefusedError, match="done already"):
        world.do("step", step="solve")
    world.do("step", step="solve", is_done=False)
    assert [one.step for one in world.case.steps] == ["investigate"]
    with pytest.raises(RefusedError, match="is not done"):
        world.do("step", step="solve", is_done=False)
    assert world.later(HOUR).do("step", step="verify").case.verified_at == world.now


def test_notes_and_steps_stop_no_clock_and_hide_no_fact(world):
    world.later(HOUR).do("note", text="позвонить").do("step", step="investigate")
    assert (world.facts.acted_at, world.case.acknowledged_at) == (None, None)
    world.do("assign", person="boss")
    assert (world.facts.acted_at, world.case.acknowledged_at) == (world.now, world.now)
