import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Otklik: the morning")


@app.cell(hide_code=True)
def _():
    import os
    from pathlib import Path

    import marimo as mo
    import plots
    import showing
    from published import Published, published_copy

    from core.aspects import FAMILY_OF

    return FAMILY_OF, Path, Published, mo, os, plots, published_copy, showing


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # The morning: who waits, how long, where, about what

    Read-only over the published copy of the warehouse; the folder is `OTKLIK_HOME`, else `demo`. All figures are as
    of the newest run in that copy, not as of your clock. Texts are without personal data, and cannot act. The SQL
    behind each part stands under it, and in `notebooks/queries`.
    """)
    return


@app.cell
def _(Path, Published, mo, os, published_copy, showing):
    _path = published_copy(Path(os.environ.get("OTKLIK_HOME") or "demo"))
    if not _path.is_file():
        _missing = (
            f"There is no published warehouse at {_path}. Run `make demo`, or `otklik nightly` in your home folder, "
            "and set OTKLIK_HOME to that folder."
        )
        if mo.app_meta().mode == "script":
            raise SystemExit(_missing)
        mo.stop(True, mo.callout(showing.plain(_missing), kind="warn"))
    ask = Published(_path).ask
    return (ask,)


@app.cell(hide_code=True)
def _(ask):
    people = ask("people").to_pylist()
    return (people,)


@app.cell(hide_code=True)
def _(mo, people):
    person = mo.ui.dropdown(
        options={"everyone": None} | {_row["name"]: _row["person_id"] for _row in people},
        value="everyone",
        label="Whose morning:",
    )
    person
    return (person,)


@app.cell
def _(ask, people, person):
    named = ask("named", person=person.value)
    zone = next((_row["timezone"] for _row in people if _row["person_id"] == person.value), "UTC")
    clock = ask("clock")
    as_of = clock.to_pylist()[0]["as_of"]
    return as_of, clock, named, zone


@app.cell
def _(ask, clock, named):
    queue = ask("queue", named=named, clock=clock)
    reading = ask("reading", named=named, clock=clock)
    complaints = ask("complaints", named=named)
    return complaints, queue, reading


@app.cell
def _(as_of, complaints, named, queue, reading, showing):
    waiting = queue.to_pylist()
    overdue = sum(_case["is_overdue"] for _case in waiting)
    unsure = sum(_case["needs_check"] for _case in waiting)
    longest = max(waiting, key=lambda _case: _case["hours"], default=None)
    looks = reading.to_pylist()[0]
    states = complaints.select(["listing", "state"]).to_pylist()
    invisible = sum(_row["state"] == "site shows no replies" for _row in states)

    if longest:
        _who = (
            f"{showing.count(len(waiting), 'review waits', 'reviews wait')} for an answer, the longest for "
            f"{showing.duration(longest['hours'])}, and {overdue} {'is' if overdue == 1 else 'are'} overdue"
        )
    elif as_of is None:
        _who = "Nothing was read yet: the warehouse is empty"
    else:
        _who = "Nobody waits for an answer"
    if looks["watched"]:
        _read = f"{looks['read']} of {showing.count(looks['watched'], 'listing')} were really read at the last try."
    else:
        _read = "no listing is watched here, so nobody looks for new reviews."
    headline = f"{_who}; {_read}"

    # One order for all plots: where most wait is on top.
    _load = dict.fromkeys(named.column("listing").to_pylist(), (0, 0))
    for _row in states:
        _waits, _all = _load[_row["listing"]]
        _load[_row["listing"]] = (_waits + (_row["state"] == "waits"), _all + 1)
    listing_order = sorted(_load, key=lambda _name: (-_load[_name][0], -_load[_name][1], _name))
    return (
        headline,
        invisible,
        listing_order,
        longest,
        looks,
        overdue,
        unsure,
        waiting,
    )


@app.cell(hide_code=True)
def _(
    as_of,
    headline,
    invisible,
    longest,
    looks,
    mo,
    overdue,
    showing,
    unsure,
    waiting,
    zone,
):
    _cards = (
        (len(waiting), "wait", f"{unsure} of them only to check"),
        (overdue, "overdue", "past their deadline"),
        (showing.duration(longest["hours"]), "longest wait", showing.remark(longest["listing"]))
        if longest
        else ("–", "longest wait", "nobody waits"),
        (f"{looks['read']} / {looks['watched']}", "listings read", showing.age(looks["oldest_hours"])),
        (invisible, "cannot be followed", "the site shows no replies"),
    )
    mo.vstack(
        [
            showing.plain(headline, size="1.5rem", weight=600),
            mo.hstack([mo.stat(*_card, bordered=True) for _card in _cards], widths="equal"),
            showing.plain(f"As of {showing.moment(as_of, zone)} {zone}." if as_of else "No run yet.", size=".85rem"),
            showing.statements("named", "clock", "queue", "reading", "complaints"),
        ]
    )
    return


@app.cell(hide_code=True)
def _(showing, waiting, zone):
    _shown = [
        {
            "no": _case["no"],
            "where": _case["listing"],
            "stars": showing.stars(_case["rating"]),
            "the sentence that hurts": showing.sentence(_case),
            "waits": showing.duration(_case["hours"]),
            "due": f"{showing.moment(_case['due_at'], zone)}{' · overdue' if _case['is_overdue'] else ''}",
            "note": showing.note(_case),
            "url": _case["url"],
        }
        for _case in waiting[:50]
    ]
    showing.section(
        "Who waits?",
        "The most pressing first; “please check” marks what the model is not sure of. The sentence links to the "
        f"review. Times are {zone}.",
        showing.table(_shown, links="the sentence that hurts", of=len(waiting))
        if _shown
        else showing.empty("Nobody waits. If that surprises you, look below at what was not read."),
    )
    return


@app.cell
def _(listing_order, plots, showing, waiting, zone):
    waiting_chart = plots.waiting(
        (
            {_key: _case[_key] for _key in ("no", "listing", "hours", "is_overdue")}
            | {"due": showing.moment(_case["due_at"], zone), "stars": showing.stars(_case["rating"])}
            for _case in waiting
        ),
        listing_order,
    )
    showing.section(
        "Where do people wait longest?",
        "Each mark is one review in the list above; the further right, the longer its author has waited. Orange "
        f"diamonds are past their deadline.{plots.cut(len(listing_order), len(waiting))}",
        waiting_chart if waiting else showing.empty("No marks to draw: nobody waits."),
    )
    return


@app.cell
def _(ask, clock, complaints, listing_order, plots, showing):
    weekly = ask("weekly", clock=clock, complaints=complaints)
    weekly_chart = plots.weekly(weekly.to_pylist(), listing_order)
    showing.section(
        "Are complaints answered as they come?",
        "Bars are complaints by the week they were posted, coloured by where they stand now; triangles count the "
        "replies to complaints that were given in that week. Bars that grow while triangles stay low mean a queue. "
        f"The last 26 weeks{plots.cut_facets(len(listing_order))}.",
        weekly_chart if weekly.num_rows else showing.empty("No complaints in the last 26 weeks."),
        sql=["weekly"],
    )
    return


@app.cell
def _(ask, listing_order, longest, named, plots, showing):
    replies = ask("replies", named=named)
    timed_replies = [_row for _row in replies.to_pylist() if _row["hours_to"] is not None]
    response_chart = plots.response(timed_replies, listing_order, longest["hours"] if longest else 0)
    _untimed = replies.num_rows - len(timed_replies)
    _without = (
        f" Replies that cannot be timed (no date, or the review was edited later): {_untimed}." if _untimed else ""
    )
    showing.section(
        "How long does an answer take?",
        "Each dot is a first reply, to praise or complaint, at the latest moment it can have come; where the site "
        "tells no time, a bar runs back to the earliest. The black tick is the listing's median. Who still waits is "
        f"above, on the same axis, and not here: read both.{_without}"
        + plots.cut(len(listing_order), len(timed_replies)),
        response_chart if timed_replies else showing.empty("No reply was seen yet, so nothing can be said of speed."),
        sql=["replies"],
    )
    return


@app.cell
def _(ask, named, plots, showing):
    judged = ask("judged", named=named)
    mismatch_chart = plots.mismatch(judged.to_pylist())
    _shown = [
        {
            "what": _row["kind"],
            "where": _row["listing"],
            "the review": showing.percent(_row["p_negative"]),
            "the sentence": showing.percent(_row["p_sentence"]),
            "its worst sentence": showing.sentence(_row),
            "url": _row["url"],
        }
        for _row in ask("mismatches", named=named).to_pylist()
    ]
    showing.section(
        "Where do stars hide a complaint?",
        "Larger circles are more reviews. Orange ones gave five stars, yet their words may complain: a miss costs ten "
        "times a false alarm, so even a low probability counts, and many of these are happy customers. The list shows "
        "how sure the model is of the review and of its worst sentence.",
        mismatch_chart if judged.num_rows else showing.empty("No review with stars was judged by the model yet."),
        showing.table(_shown, links="its worst sentence"),
        sql=["judged", "mismatches"],
    )
    return


@app.cell
def _(FAMILY_OF, ask, clock, complaints, listing_order, plots, showing):
    aspects = ask("aspects", complaints=complaints)
    aspects_chart = plots.aspects(
        _row | {"family": str(FAMILY_OF.get(_row["aspect"], "other"))} for _row in aspects.to_pylist()
    )
    _telling = ask("telling", clock=clock, complaints=complaints).to_pylist()
    _shown = [
        {
            "where": _row["listing"],
            "stars": showing.stars(_row["rating"]),
            "in their words": showing.sentence(_row),
            "now": _row["state"],
            "url": _row["url"],
        }
        for _row in sorted(_telling, key=lambda _row: listing_order.index(_row["listing"]))[:60]
    ]
    _drawn = (
        "Bars count complaints by aspect, coloured by its family: what was done, what came of it, or what was "
        "expected. Below, the worst three sentences of each listing in the last 90 days."
    )
    _told = (
        "The model in use names no aspects yet (a later one does), so these are its most telling sentences: the worst "
        "three of each listing in the last 90 days, in the customers' own words."
    )
    showing.section(
        "What is it about?",
        _drawn if aspects.num_rows else _told,
        *([aspects_chart] if aspects.num_rows else []),
        showing.table(showing.grouped(_shown, "where"), links="in their words")
        if _shown
        else showing.empty("No sentence was judged yet: run `otklik nightly`, which judges what was read."),
        sql=["aspects", "telling"],
    )
    return


@app.cell
def _(ask, clock, listing_order, named, plots, showing, zone):
    nights = ask("nights", named=named, clock=clock)
    coverage_chart = plots.coverage(nights.drop(["error"]).to_pylist(), listing_order)
    _gaps = [
        {
            "not read now": _row["listing"],
            "last try": _row["last_status"] or "never tried",
            "why": showing.remark(_row["last_error"]),
            "last read": showing.moment(_row["last_read_at"], zone) or "never",
        }
        for _row in ask("gaps", named=named).to_pylist()
    ]
    _earlier = [
        {
            "was not read": _row["listing"],
            "day": f"{_row['day']:%d %b}",
            "try": _row["status"],
            "why": showing.remark(_row["error"]),
        }
        for _row in nights.to_pylist()
        if _row["status"] not in {"ok", "no try"}
    ]
    showing.section(
        "What was not read?",
        "Numbers are reviews read on that day; a word instead of a number means that the silence of that day proves "
        f"nothing.{plots.cut_coverage(len(listing_order))}",
        coverage_chart if nights.num_rows else showing.empty("No listing was read in the last 14 days."),
        showing.table(_gaps[:20], of=len(_gaps)),
        showing.table(_earlier[-20:], of=len(_earlier)),
        sql=["nights", "gaps"],
    )
    return


@app.cell
def _(ask, listing_order, named, plots, showing, zone):
    effects = ask("effects", named=named)
    effects_chart = plots.effects(effects.to_pylist(), listing_order)
    _shown = [
        {
            "what happened": _row["effect"],
            "where": _row["listing"],
            "stars": showing.stars(_row["rating"], before=_row["rating_before"]),
            "the review now": showing.quote(_row["text"], title=_row["title"]),
            "seen": showing.moment(_row["seen_at"], zone),
            "url": _row["url"],
        }
        for _row in effects.to_pylist()
        if _row["effect"] != "nothing changed"
    ]
    showing.section(
        "What did the reply do?",
        "Each bar counts the reviews of a listing that got a reply. Orange means that the customer wrote again after "
        "it, dark orange that the reply is no longer there: both come back into the list above."
        + plots.cut(len(listing_order)),
        effects_chart if effects.num_rows else showing.empty("No reply was seen yet."),
        showing.table(_shown[:20], links="the review now", of=len(_shown)),
        sql=["effects"],
    )
    return


if __name__ == "__main__":
    app.run()
