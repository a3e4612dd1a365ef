"""Posting one reply to one review, because a person said so: never by itself, and never twice.

The journal is the memory: `post_reply` stands there, on disk, before anything is sent, and `claim` or `fail_reply`
after it. Whoever finds a `post_reply` without an end was killed in between, and looks at the platform before anything
else; where it shows nothing, there is time to wait, because a platform may take a while to show what it took.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from alerts.acts import RefusedError
from alerts.states import has_standing_reply
from core.acts import LONGEST_TEXT, Act, ActArguments, ActName
from core.errors import InputError
from core.journal import read_journal
from core.records import CaseFacts, ReplyState, Review
from core.watchlist import Listing
from flows.acts import PATIENCE, act, apply_acts, only
from flows.credentials import client_for
from flows.job import Job
from flows.locks import exclusive
from spiders.engine.replying import NotPostedError, Replier, UncertainError
from spiders.engine.source import SourceInfo, sources
from warehouse import Warehouse
from warehouse.acts import FoundCase

SETTLES: timedelta = timedelta(minutes=10)
"""How long a platform may take to show what it took: earlier than that, its silence proves nothing."""
_STANDING = (ReplyState.pending, ReplyState.published)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply that is about to be posted, as the person sees it who is asked."""

    found: FoundCase
    facts: CaseFacts
    listing: Listing
    source: SourceInfo
    text: str
    step: Literal["post", "propose"]
    """`propose`: a second person must approve it."""
    review: Review
    """What is answered, as the platform shows it at this moment."""
    replaces: str | None = None
    """The reply that stands there and would be changed: it answers what the customer wrote before."""
    proposed_by: str | None = None
    """Who proposed it, where it waited for a second person."""


@dataclass(frozen=True, slots=True)
class Replied:
    """What came of it."""

    case: str
    id: str
    outcome: Literal["posted", "found", "proposed", "cancelled"]
    """`found`: an earlier attempt had posted it, as the platform shows."""
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class _Memory:
    """What the journal holds of replies to a case, in its present life."""

    intended: Act | None = None
    proposed: Act | None = None
    posted: Act | None = None
    """The last one that was certainly taken, whatever became of it, in any life of the case."""


def reply(job: Job, wanted: str, text: str | None, by: str, confirm: Callable[[Reply], bool]) -> Replied:
    """Post a reply to the review of a case, after `confirm` has said yes.

    Args:
        job: The home folder and its clock.
        wanted: The case, by any of its names.
        text: The reply; None takes the one that waits for approval or whose end is not known.
        by: Who does it.
        confirm: Is shown the reply and answers whether it is to go out.

    Raises:
        InputError: there is no such case, replies are off, the platform takes none, or what else is in the way.
    """
    found, facts, known = _find(job, wanted)
    listing, source = _where(job, facts)
    with exclusive(job.home, f"reply-{found.id}", wait=0, holder=f"a reply to {found.case}"):
        memory = _remember(job, facts)
        account = str(listing.options.get("account", ""))
        client = client_for(source, job.home.root, account=account, base_url=listing.base_url)
        replier = Replier(client, listing, facts.review_id, job.home.root, facts.posted_at)
        shown = replier.look()
        if memory.intended is not None and _was_taken(shown, memory.intended.args.text, source):
            return _claim(job, found, source, by, "found")
        replaces = _outdated(facts, memory, shown, known) if source.reply_replaces else None
        _refuse_standing(job, found, shown, memory.intended, by, replaces)
        _refuse_hidden(job, found, shown, memory.posted, source)
        last = memory.intended or memory.proposed
        said = _fitting(text if text is not None else (last.args.text if last else None), source)
        if replaces is not None and replaces.split() == said.split():
            raise InputError(f"{found.case}: the same words stand there already; the customer wrote anew after them")
        if replaces is not None:
            replier.check_change()
        is_approved = _is_approved(job, facts, memory, said, by)
        step: Literal["post", "propose"] = "post" if is_approved else "propose"
        waited = memory.proposed if memory.proposed is not None and memory.proposed.args.text == said else None
        who = waited.by if waited is not None else None
        if not confirm(Reply(found, facts, listing, source, said, step, shown, replaces, who)):
            return Replied(found.case, found.id, "cancelled", found.status, "nothing was posted")
        if not is_approved:
            done = act(job, found.case, ActName.propose_reply, ActArguments(text=said), by)
            return Replied(found.case, found.id, "proposed", done.status, "it waits for a second person")
        _refuse_changed(found, shown, replier.look())
        act(job, found.case, ActName.post_reply, ActArguments(text=said), by)
        try:
            if replaces is None:
                replier.post(said)
            else:
                replier.change(said)
        except NotPostedError as error:
            act(job, found.case, ActName.fail_reply, ActArguments(text=str(error)[:LONGEST_TEXT]), by)
            raise
        except UncertainError as error:
            if not _was_taken(replier.look(), said, source, before=shown):
                raise InputError(f"{error}; whether it was posted is not known. {_again(job)}") from error
        return _claim(job, found, source, by, "posted")


def _find(job: Job, wanted: str) -> tuple[FoundCase, CaseFacts, str | None]:
    if not job.home.warehouse.exists():
        raise InputError(f"{job.home.warehouse}: there is no warehouse yet; run `otklik nightly` or `otklik import`")
    with Warehouse.open(job.home.warehouse, wait=PATIENCE) as warehouse:
        apply_acts(job, warehouse)
        found = only(warehouse.find_cases(wanted), wanted)
        facts = warehouse.facts_of([found.key], job.clock())
        known = warehouse.reply_of(found.key)
    if not facts:
        raise InputError(f"{found.case}: the review was first seen after {job.clock():%Y-%m-%d %H:%M} UTC")
    return found, facts[0], known


def _where(job: Job, facts: CaseFacts) -> tuple[Listing, SourceInfo]:
    listing, source = job.watchlist.listing(facts.listing_id), sources().get(facts.source)
    if listing is None or source is None or listing.source != source.name:
        raise InputError(
            f"{facts.listing_id}: no listing of {facts.source} in watchlist.toml, so there is no key for it"
        )
    if not source.reply_length:
        able = ", ".join(name for name, info in sorted(sources().items()) if info.reply_length)
        raise InputError(f"{source.title} takes no replies from here; these do: {able}")
    if not job.watchlist.may_reply(listing.id):
        raise InputError(
            f"replies are off: set `replies = true` for company {listing.company} or listing {listing.id}"
            " in watchlist.toml"
        )
    return listing, source


def _remember(job: Job, facts: CaseFacts) -> _Memory:
    intended = proposed = sent = posted = None
    reopen_no = facts.case.reopen_no if facts.case else 0
    for one in read_journal(job.home).acts:
        if one.key != facts.key:
            continue
        if one.act in (ActName.post_reply, ActName.fail_reply):
            sent = one if one.act is ActName.post_reply else None
        elif one.act is ActName.claim:
            posted, sent = sent or posted, None
        if one.reopen_no != reopen_no:
            continue
        if one.act is ActName.propose_reply:
            proposed = one
        elif one.act is ActName.post_reply:
            intended = one
        elif one.act in (ActName.claim, ActName.fail_reply):
            intended = proposed = None
    return _Memory(intended, proposed, posted)


def _outdated(facts: CaseFacts, memory: _Memory, shown: Review, known: str | None) -> str | None:
    """Return the words of a reply that stands but answers no more, as far as it may be changed from here.

    The case must have been opened again since, none of ours may have been taken in its present life, and the platform
    must show the very reply that was read: nobody has changed it on the site meanwhile.
    """
    case = facts.case
    if case is None or has_standing_reply(facts) or shown.reply_state is not ReplyState.published:
        return None
    if memory.posted is not None and memory.posted.reopen_no == case.reopen_no:
        return None
    return shown.reply_text if known is not None and _is_same(shown, known) else None


def _refuse_standing(
    job: Job, found: FoundCase, shown: Review, intended: Act | None, by: str, replaces: str | None
) -> None:
    """Refuse where a reply stands already, or where an earlier attempt may still come to light."""
    if shown.reply_state in _STANDING and replaces is None:
        words = f"a reply stands there already ({shown.reply_state}); it can be changed on the site"
        if intended is not None:
            act(job, found.case, ActName.fail_reply, ActArguments(text=words), by)
        raise InputError(f"{found.case}: {words}")
    if shown.reply_state is ReplyState.unknown:
        raise InputError(f"{found.case}: the platform does not say whether a reply stands there, so nothing is posted")
    if intended is not None and job.clock() - intended.at < SETTLES:
        raise InputError(
            f"{found.case}: an attempt at {intended.at:%H:%M} UTC ended without a word, and the platform does not show"
            f" it yet. {_again(job)}"
        )


def _refuse_changed(found: FoundCase, shown: Review, now: Review) -> None:
    """Refuse where somebody replied, or the customer wrote anew, while the person was thinking."""
    if (shown.reply_state, shown.reply_text) != (now.reply_state, now.reply_text):
        raise InputError(f"{found.case}: somebody else has replied in between ({now.reply_state}): nothing was posted")
    if (shown.title, shown.text, shown.rating) != (now.title, now.text, now.rating):
        raise InputError(f"{found.case}: the customer has changed the review in between: read it again, then reply")


def _refuse_hidden(job: Job, found: FoundCase, shown: Review, posted: Act | None, source: SourceInfo) -> None:
    """Refuse a second reply while the first may await moderation on a platform that shows nothing of it."""
    if posted is None or shown.reply_state is not ReplyState.none:
        return
    if job.clock() - posted.at < timedelta(days=source.reply_hidden_days):
        raise InputError(
            f"{found.case}: a reply stands there already, posted {posted.at:%Y-%m-%d %H:%M} UTC; it may await"
            f" moderation for {source.reply_hidden_days:g} days, unseen by us; look into the account on {source.title}"
        )


def _fitting(text: str | None, source: SourceInfo) -> str:
    said = (text or "").replace("\r\n", "\n").strip()
    if not said:
        raise InputError("there is no reply to post: give its text with --text-file")
    shortest, longest = source.reply_length
    if not shortest <= len(said) <= longest:
        raise InputError(
            f"{source.title} takes replies of {shortest} to {longest} characters; this one has {len(said)}"
        )
    return said


def _is_approved(job: Job, facts: CaseFacts, memory: _Memory, text: str, by: str) -> bool:
    """Tell whether enough people stand behind a text; where two must, both have to be in the watchlist."""
    if not job.watchlist.needs_approval(facts.listing_id):
        return True
    known = {person.id for person in job.watchlist.people}
    if by not in known:
        raise InputError(
            f"replies there need two people of the watchlist; {by!r} is none of: {', '.join(sorted(known))}"
        )
    if memory.intended is not None and memory.intended.args.text == text:
        return True
    proposed = memory.proposed
    if proposed is None or proposed.args.text != text:
        return False
    if proposed.by == by:
        raise InputError(
            f"{by} proposed this reply; a second person approves it: `otklik reply {facts.source}/{facts.review_id}`"
        )
    return proposed.by in known


def _was_taken(shown: Review, text: str | None, source: SourceInfo, before: Review | None = None) -> bool:
    """Tell whether a platform shows a reply, or by its mark on the review that one awaits moderation unseen."""
    is_marked = shown.processed_flag is True and not (before is not None and before.processed_flag)
    is_hidden = source.reply_hidden_days > 0 and shown.reply_state is ReplyState.none
    return _is_same(shown, text) or (is_hidden and is_marked)


def _is_same(shown: Review, text: str | None) -> bool:
    if shown.reply_state is ReplyState.none or shown.reply_text is None or text is None:
        return False
    return shown.reply_text.split() == text.split()


def _claim(job: Job, found: FoundCase, source: SourceInfo, by: str, outcome: Literal["posted", "found"]) -> Replied:
    arguments = ActArguments(text=f"the reply was posted to {source.title}")
    try:
        done = act(job, found.case, ActName.claim, arguments, by)
    except RefusedError as error:  # a flow has seen the reply in between
        return Replied(found.case, found.id, outcome, _find(job, found.case)[0].status, str(error))
    return Replied(found.case, found.id, outcome, done.status, done.words)


def _again(job: Job) -> str:
    when = job.clock() + SETTLES
    return f"Run the same command again after {when:%H:%M} UTC: it looks before it posts"
