"""`otklik backtest` and `otklik why`: what would have been sent, and why something was or was not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from console.options import Format, FormatOption, HomeOption, NowOption
from console.output import human, inert, show
from core.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(backtest)
    app.command()(why)


def backtest(
    rules: Annotated[
        Path | None, typer.Argument(metavar="[RULES]", help="A piece of a watchlist with the [[rules]] to try.")
    ] = None,
    home: HomeOption = Path(),
    since: Annotated[str, typer.Option(help="Begin so long before the last look (90d, 12w), or on a day.")] = "90d",
    rule: Annotated[str | None, typer.Option(help="Only what this rule would have sent.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Try this probability from which a review is a complaint.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Only stored predictions of this model: a name, or name@revision.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw messages by day and person into this PNG.")] = None,
    now: NowOption = None,
    style: FormatOption = Format.table,
) -> None:
    """Say what would have been sent over the stored history: by person and day, how much, and what late.

    It reads the published copy and sends nothing. Of a rule, a threshold or a model that is not live yet it says how
    many cases would open. Replayed are cases, acts of people, the ladder, digests, spikes and rules of one's own;
    messages about how listings were read, about weeks and programmes are not.

    Examples: `otklik backtest --since 90d`, `otklik backtest new-rules.toml --rule poison --plot days.png` or
    `otklik backtest --threshold 0.2 --format json`
    """
    from console.moments import since_of
    from flows.backtest import Proposal
    from flows.backtest import backtest as run
    from flows.job import Job

    job = Job.open(home, now=now)
    proposal = Proposal(rules=rules, threshold=threshold, model=model)
    found = run(job, lambda until: since_of(since, until, job.settings.timezone), proposal=proposal, rule=rule)
    days = [
        {
            "day": one.day, "person": one.person, "messages": one.messages, "single": one.single,
            "folded": one.folded, "alerts": one.alerts, "five_stars": one.five_stars, "overdue": one.overdue,
            "after_due": one.after_due,
        }
        for one in found.days
    ]  # fmt: skip
    if plot is not None:
        _draw(plot, days, job.settings.alerts.max_immediate)
    if style is Format.csv:
        show(days, style, columns=_DAY_COLUMNS)
        return
    facts = {name: getattr(found, name) for name in found.__slots__ if name not in {"days", "busiest", "alerts"}}
    busiest = found.busiest
    if style is Format.json:
        shown = None if busiest is None else next(row for row in days if _is_of(row, busiest))
        show([{**facts, "alerts": found.alerts, "busiest": shown, "days": days}], style)
        return
    show(days, style, title="By day and person", empty="nothing would have been sent")
    for line in _summary(found):
        typer.echo(inert(line))


_DAY_COLUMNS = ("day", "person", "messages", "single", "folded", "alerts", "five_stars", "overdue", "after_due")


def _is_of(row: dict[str, Any], one: Any) -> bool:
    return (row["day"], row["person"]) == (one.day, one.person)


def _summary(found: Any) -> list[str]:
    now = f" (with the present settings: {found.opened_now})" if found.opened_now is not None else ""
    span = f"{found.since:%Y-%m-%d %H:%M} to {found.until:%Y-%m-%d %H:%M} UTC, read in {found.looks} hours of it"
    alerts = ", ".join(f"{name} {count}" for name, count in found.alerts.items()) or "none"
    told = f"{found.five_star_opened} of five stars; told at once of {found.cases_told} reviews"
    lines = [
        f"{span}: {found.reviews} new reviews, {found.unjudged} of them judged by their stars alone",
        f"cases opened: {found.opened}{now}, {told}",
        f"messages: {found.messages}; alerts in them: {alerts}",
    ]
    if found.busiest is not None:
        one = found.busiest
        lines.append(f"busiest day: {one.day} for {one.person}: {one.messages} messages with {one.alerts} alerts")
    if found.five_star_share is not None:
        lines.append(f"share of five-star reviews in the alerts about reviews: {found.five_star_share:.1%}")
    lines.append(
        f"late: {found.overdue} cases passed their deadline unanswered, {found.after_due} alerts went out after it"
    )
    if found.held:
        lines.append(f"held as a surge until the operator releases them: {found.held} alerts")
    others = {
        "cancelled before sending": found.cancelled,
        "covered by a message about many": found.covered,
        "acts of people that find no such case": found.refused_acts,
    }
    lines += [f"{name}: {human(count)}" for name, count in others.items() if count]
    return lines


def _draw(path: Path, days: list[dict[str, Any]], limit: int) -> None:
    try:
        from console import charts
    except ImportError as error:
        raise InputError(f"--plot needs the extra `notebooks` ({error}): pip install '.[notebooks]'") from error
    charts.save(charts.messages_by_day(days, limit, "What would have been sent"), path)
    typer.echo(f"otklik: drew {path}", err=True)


def why(
    review: Annotated[
        str, typer.Argument(metavar="CASE|REVIEW", help="Short id, SOURCE/REVIEW, the review's own id, or its address.")
    ],
    home: HomeOption = Path(),
    now: NowOption = None,
    style: Annotated[
        Literal["text", "json"], typer.Option("--format", "-f", help="text for people, json for programs.")
    ] = "text",
) -> None:
    """Say why something was told of a review, or why nothing was: every number that it rests on.

    The probabilities and the threshold, the sentences that hurt, each clock day by day (with holidays and quiet hours),
    how the listing was read, every rule and alert with its state, and the landing lines with their SHA-256.

    Example: `otklik why 3fa94c21`
    """
    from flows.job import Job
    from flows.why import why as explain

    found = explain(Job.open(home, now=now), review)
    if style == "json":
        show([found], Format.json)
        return
    for line in _told(found):
        typer.echo(inert(line))


def _told(found: dict[str, Any]) -> Iterator[str]:
    reasons, said = found["reasons"], found["reasons"]["judgement"]
    yield f"{reasons['source']}/{reasons['review_id']} at {reasons['now']}: {found['why']}"
    yield f"  {found['url'] or 'no address'}"
    yield f"  {(found['title'] or '')} {found['text']}".rstrip()
    yield ""
    yield f"Judgement: {said['reason']}"
    if said["model"]:
        chances = ", ".join(f"{name} {said[f'p_{name}']:.3f}" for name in ("negative", "neutral", "positive"))
        yield f"  {chances} (stars fused) by {said['model']}; language {said['language']}"
        weight = f"weight {said['negative_weight']:g}"
        yield f"  threshold {said['threshold']:.3f} ({weight}); sure from {said['check_below']:g}"
        yield "  about: " + (", ".join(f"{one['name']} {one['p']:.2f}" for one in said["aspects"]) or "nothing named")
    if said["decided_reason"]:
        yield f"  decided at {said['decided_at']}: {said['decided_reason']}"
    for one in found["evidence"]:
        counts = "" if one["reaches_threshold"] else f", below {said['evidence_threshold']:g}: alone it opens nothing"
        yield f"  «{one['quote']}» {one['p_negative']:.2f}{counts}"
    standing = "answers the present content" if reasons["has_standing_reply"] else "none that answers"
    yield f"Reply: {reasons['reply_state']} ({standing}), first seen {reasons['reply_seen_at'] or 'never'}"
    case = reasons["case"]
    if case is not None:
        state = f"{case['status']}, {case['severity']}, opened {case['opened_at']}, due {case['due_at']}"
        yield f"Case: {state}, reopened {case['reopen_no']} times, answered by {reasons['person'] or 'nobody named'}"
    yield from _clocks(reasons["clocks"])
    yield from _rules(found)
    for person in found["people"]:
        quiet = f"quiet {person['quiet_from']} to {person['quiet_until']}" if person["quiet_from"] else "no quiet hours"
        yield f"{person['id']}: {quiet} in {person['zone']}, {person['max_immediate']} single messages a day"
    seen = found["coverage"]
    yield "Coverage: " + (
        f"{seen['status']} at {seen['finished_at']:%Y-%m-%d %H:%M} UTC, "
        f"{seen['collected']} of {seen['expected'] or '?'} reviews" + (f"; {seen['error']}" if seen["error"] else "")
        if seen
        else "no reading of this listing is recorded"
    )
    if found["campaign"]:
        first = found["campaign"][0]
        yield f"Campaign: {first['campaign_id']} ({first['kind']}), {len(found['campaign'])} reviews"
    yield "Landing:"
    for one in found["landing"]:
        place = f"{one['path']} line {one['line']}, sha256 {one['sha256']}" if one["path"] else "the file is not kept"
        yield f"  {one['what']} at {one['seen_at']:%Y-%m-%d %H:%M:%S} UTC ({one['run_id']}): {place}"


def _clocks(clocks: list[dict[str, Any]]) -> Iterator[str]:
    for one in clocks:
        whose = f" of {one['person'] or 'nobody'} in {one['zone']}" if one["zone"] else ""
        quiet = f", quiet {one['quiet_from']} to {one['quiet_until']}" if one["quiet_from"] else ""
        over = "over" if one["is_over"] else "running"
        yield (
            f"Clock {one['name']}: {one['amount']:g} {one['unit']}{whose}{quiet}, {one['from_at']} to "
            f"{one['until_at']}, {one['minutes']:g} minutes counted; {over}"
        )
        for day in one["days"]:
            yield f"  {day['day']} {day['why']}: {day['minutes']:g}"


def _rules(found: dict[str, Any]) -> Iterator[str]:
    reasons = found["reasons"]
    for words in reasons["silences"]:
        yield f"Silence: {words}"
    for rule in reasons["rules"]:
        due = f"due, to {', '.join(rule['to'])}" if rule["is_due"] else "not due"
        since = f", from {rule['due_at']}" if rule["due_at"] else ""
        yield f"Rule {rule['rule']} (level {rule['level']}): {due}{since}; {rule['why']}"
    for alert in found["alerts"]:
        yield (
            f"Alert {alert['rule']} (level {alert['level']}) to {alert['destination']}: {alert['state']}"
            f", planned {alert['planned_at']:%Y-%m-%d %H:%M}, not before {alert['not_before']:%Y-%m-%d %H:%M}"
            + (f", sent {alert['sent_at']:%Y-%m-%d %H:%M} UTC" if alert["sent_at"] else " UTC")
            + (f"; {alert['reason']}" if alert["reason"] else "")
            + (f"; covered by {alert['covered_by']}" if alert["covered_by"] else "")
        )
