import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Otklik: the morning")


@app.cell(hide_code=True)
def _():
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo
    import plots
    import pyarrow as pa
    import showing

    from core.aspects import FAMILY_OF
    from core.home import Home

    return FAMILY_OF, Home, Path, duckdb, mo, os, pa, plots, showing


@app.cell(hide_code=True)
def _(mo):
    mo.md("""
    # The morning: who waits, how long, where, about what

    Read-only over the published copy of the warehouse; the folder is `OTKLIK_HOME`, else `demo`. All figures are as
    of the newest run in that copy, not as of your clock. Texts are without personal data, and cannot act.
    """)
    return


@app.cell
def _(Home, Path, duckdb, mo, os, pa, showing):
    published = Home(Path(os.environ.get("OTKLIK_HOME") or "demo")).published / "otklik.duckdb"
    if not published.is_file():
        missing = (
            f"There is no published warehouse at {published}. Run `make demo`, or `otklik nightly` in your home "
            "folder, and set OTKLIK_HOME to that folder."
        )
        if mo.app_meta().mode == "script":
            raise SystemExit(missing)
        mo.stop(True, mo.callout(showing.plain(missing), kind="warn"))
    # By its real name: the link moves to the next publication, this connection stays with the one it began with.
    warehouse = duckdb.connect(str(published.resolve()), read_only=True)
    warehouse.execute("SET TimeZone = 'UTC'")

    def ask(query, **given):
        """Return the answer to a query, in which given tables stand under their names and other values as $name."""
        tables = {name: value for name, value in given.items() if isinstance(value, pa.Table)}
        for name, value in tables.items():
            warehouse.register(name, value)
        return warehouse.execute(query, {name: given[name] for name in given.keys() - tables.keys()}).to_arrow_table()

    return (ask,)


@app.cell(hide_code=True)
def _(ask):
    people = ask(
        """
        -- Who answers for listings, and where they live.
        SELECT person_id,
            name || CASE WHEN count(*) OVER (PARTITION BY name) > 1 THEN ' · ' || person_id ELSE '' END AS name,
            coalesce(timezone, 'UTC') AS timezone
        FROM people
        SEMI JOIN listings ON listings.responsible = people.person_id
        ORDER BY ALL
        """,
    )
    return (people,)


@app.cell(hide_code=True)
def _(mo, people):
    person = mo.ui.dropdown(
        options={"everyone": None} | {_row["name"]: _row["person_id"] for _row in people.to_pylist()},
        value="everyone",
        label="Whose morning:",
    )
    person
    return (person,)


@app.cell(hide_code=True)
def _(people, person):
    zone = next((_row["timezone"] for _row in people.to_pylist() if _row["person_id"] == person.value), "UTC")
    return (zone,)


@app.cell
def _(ask, person):
    named = ask(
        """
        -- The listings of this morning, each with a name that no other listing has.
        SELECT listing.source, listing.listing_id, listing.in_watchlist AND listing.enabled AS is_watched,
            coalesce(place.name, listing.listing_id) || ' · ' || listing.source AS short,
            CASE WHEN count(*) OVER (PARTITION BY short) > 1 THEN short || ' · ' || listing.listing_id ELSE short END
                AS listing
        FROM listings AS listing
        LEFT JOIN places AS place USING (place_id)
        WHERE $person IS NULL OR listing.responsible = $person
        ORDER BY listing
        """,
        person=person.value,
    )
    return (named,)


@app.cell
def _(ask):
    clock = ask(
        """
        -- The clock of the data: the newest run in the published copy, else the last look at any review.
        SELECT coalesce((SELECT max(heartbeat_at) FROM runs), (SELECT max(last_seen_at) FROM reviews)) AS as_of
        """,
    )
    as_of = clock.to_pylist()[0]["as_of"]
    return as_of, clock


@app.cell
def _(ask, clock, named):
    queue = ask(
        """
        -- Who waits, the most pressing first. A customer waits from posting, or from what brought the case back later,
        -- as in the messages.
        SELECT row_number() OVER (
                ORDER BY waiting.severity DESC, waiting.needs_check, waiting.risk DESC, waiting.due_at, waiting.source,
                    waiting.review_id
            ) AS no,
            named.listing, waiting.source, waiting.review_id, waiting.rating, waiting.url, waiting.status,
            waiting.severity, waiting.needs_check, waiting.due_at, waiting.due_at < clock.as_of AS is_overdue,
            CASE WHEN waiting.opened_at > review.first_seen_at THEN waiting.opened_at
                ELSE least(coalesce(review.posted_at, review.first_seen_at), review.first_seen_at) END AS waits_since,
            round(greatest(date_diff('minute', waits_since, clock.as_of), 0) / 60, 1) AS hours,
            review.title, review.text, word.evidence[1].start_char AS start_char, word.evidence[1].end_char AS end_char
        FROM case_queue AS waiting
        JOIN named USING (source, listing_id)
        CROSS JOIN clock
        LEFT JOIN reviews AS review USING (source, review_id)
        LEFT JOIN latest_predictions AS word USING (source, review_id)
        ORDER BY no
        """,
        named=named,
        clock=clock,
    )
    return (queue,)


@app.cell
def _(ask, clock, named):
    reading = ask(
        """
        -- How many watched listings the last try really read, and how old the oldest of these looks is.
        SELECT count(*) AS watched, count(*) FILTER (gap.listing_id IS NULL) AS read,
            round(max(date_diff('minute', look.read_at, clock.as_of)) / 60, 1) AS oldest_hours
        FROM named
        CROSS JOIN clock
        LEFT JOIN coverage_gaps AS gap USING (source, listing_id)
        LEFT JOIN (
            SELECT source, listing_id, max(finished_at) AS read_at FROM coverage WHERE status = 'ok' GROUP BY ALL
        ) AS look USING (source, listing_id)
        WHERE named.is_watched
        """,
        named=named,
        clock=clock,
    )
    return (reading,)


@app.cell
def _(ask, named):
    complaints = ask(
        """
        -- Every complaint (a case that nobody dismissed, judged negative, or at most two stars of five), and what
        -- became of it.
        SELECT review.source, review.review_id, named.listing,
            coalesce(review.posted_at, review.first_seen_at) AS posted_at,
            CASE
                WHEN handling.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed') THEN 'waits'
                WHEN head.reply_seen_at IS NOT NULL THEN 'answered'
                WHEN head.gone_at IS NOT NULL OR handling.status IN ('answered', 'resolved')
                    THEN 'closed without a reply'
                WHEN head.reply_known_at IS NOT NULL THEN 'no answer, not in the list'
                ELSE 'site shows no replies'
            END AS state
        FROM reviews AS review
        JOIN review_heads AS head USING (source, review_id)
        JOIN named USING (source, listing_id)
        LEFT JOIN latest_predictions AS word USING (source, review_id)
        LEFT JOIN latest_cases AS handling USING (source, review_id)
        WHERE coalesce(
            handling.status <> 'dismissed', word.label = 'negative' OR review.rating <= 0.25, review.rating <= 0.25,
            false
        )
        """,
        named=named,
    )
    return (complaints,)


@app.cell
def _(as_of, complaints, queue, reading, showing):
    waiting = queue.to_pylist()
    overdue = sum(_case["is_overdue"] for _case in waiting)
    unsure = sum(_case["needs_check"] for _case in waiting)
    longest = max(waiting, key=lambda _case: _case["hours"], default=None)
    invisible = complaints.column("state").to_pylist().count("site shows no replies")
    looks = reading.to_pylist()[0]

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
    return headline, invisible, longest, looks, overdue, unsure, waiting


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
    mo.vstack(
        [
            showing.plain(headline, size="1.5rem", weight=600),
            mo.hstack(
                [
                    mo.stat(len(waiting), "wait", f"{unsure} of them only to check", bordered=True),
                    mo.stat(overdue, "overdue", "past their deadline", bordered=True),
                    mo.stat(
                        showing.duration(longest["hours"]) if longest else "–",
                        "longest wait",
                        showing.remark(longest["listing"]) if longest else "nobody waits",
                        bordered=True,
                    ),
                    mo.stat(
                        f"{looks['read']} / {looks['watched']}",
                        "listings read",
                        f"oldest look {showing.duration(looks['oldest_hours'])} ago"
                        if looks["oldest_hours"] is not None
                        else "never",
                        bordered=True,
                    ),
                    mo.stat(invisible, "cannot be followed", "the site shows no replies", bordered=True),
                ],
                widths="equal",
            ),
            showing.plain(f"As of {showing.moment(as_of, zone)} {zone}." if as_of else "No run yet.", size=".85rem"),
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
            "the sentence that hurts": showing.quote(
                _case["text"], _case["start_char"], _case["end_char"], _case["title"]
            ),
            "waits": showing.duration(_case["hours"]),
            "due": f"{showing.moment(_case['due_at'], zone)}{' · overdue' if _case['is_overdue'] else ''}",
            "note": "severe"
            if _case["severity"] == "severe"
            else "please check"
            if _case["needs_check"]
            else _case["status"].replace("_", " "),
            "url": _case["url"],
        }
        for _case in waiting[:50]
    ]
    _more = f" These are the first 50 of {len(waiting)}." if len(waiting) > 50 else ""
    showing.section(
        "Who waits?",
        f"The most pressing first; “please check” marks what the model is not sure of. The sentence links to the "
        f"review. Times are {zone}.{_more}",
        showing.table(
            _shown,
            ["no", "where", "stars", "the sentence that hurts", "waits", "due", "note"],
            links="the sentence that hurts",
        )
        if _shown
        else showing.empty("Nobody waits. If that surprises you, look below at what was not read."),
    )
    return


@app.cell
def _(complaints, named):
    _load = dict.fromkeys(named.column("listing").to_pylist(), (0, 0))
    for _row in complaints.to_pylist():
        _waits, _all = _load[_row["listing"]]
        _load[_row["listing"]] = (_waits + (_row["state"] == "waits"), _all + 1)
    # One order for all plots: where most wait is on top.
    listing_order = sorted(_load, key=lambda _name: (-_load[_name][0], -_load[_name][1], _name))
    return (listing_order,)


@app.cell
def _(listing_order, plots, showing, waiting, zone):
    waiting_chart = plots.waiting(
        (
            {key: _case[key] for key in ("no", "listing", "hours", "is_overdue")}
            | {"due": showing.moment(_case["due_at"], zone), "stars": showing.stars(_case["rating"])}
            for _case in waiting
        ),
        listing_order,
    )
    return (waiting_chart,)


@app.cell(hide_code=True)
def _(listing_order, plots, showing, waiting, waiting_chart):
    showing.section(
        "Where do people wait longest?",
        "Each mark is one review in the list above; the further right, the longer its author has waited. Orange "
        f"diamonds are past their deadline.{plots.cut(len(listing_order))}",
        waiting_chart if waiting else showing.empty("No marks to draw: nobody waits."),
    )
    return


@app.cell
def _(ask, clock, complaints):
    weekly = ask(
        """
        -- Complaints by the week of posting and their state now, and replies to them by the week they were given.
        WITH counted AS (
            SELECT listing, date_trunc('week', posted_at) AS week, state, count(*) AS complaints,
                NULL::BIGINT AS replies
            FROM complaints
            GROUP BY ALL
            UNION ALL
            SELECT complaints.listing, date_trunc('week', coalesce(reply.reply_at, reply.answered_by)), NULL, NULL,
                count(*)
            FROM response_times AS reply
            JOIN complaints USING (source, review_id)
            GROUP BY ALL
        )
        FROM counted
        CROSS JOIN clock
        WHERE week > date_trunc('week', clock.as_of) - INTERVAL 26 WEEK AND week <= clock.as_of
        ORDER BY listing, week, state
        """,
        clock=clock,
        complaints=complaints,
    )
    return (weekly,)


@app.cell
def _(listing_order, plots, weekly):
    weekly_chart = plots.weekly(
        weekly.select(["listing", "week", "state", "complaints", "replies"]).to_pylist(), listing_order
    )
    return (weekly_chart,)


@app.cell(hide_code=True)
def _(listing_order, showing, weekly, weekly_chart):
    _most = f" Of {len(listing_order)} listings the 8 where most wait." if len(listing_order) > 8 else ""
    showing.section(
        "Are complaints answered as they come?",
        "Bars are complaints by the week they were posted, coloured by where they stand now; triangles count the "
        "replies to complaints that were given in that week. Bars that grow while triangles stay low mean a queue. "
        f"The last 26 weeks.{_most}",
        weekly_chart if weekly.num_rows else showing.empty("No complaints in the last 26 weeks."),
    )
    return


@app.cell
def _(ask, named):
    replies = ask(
        """
        -- The first reply to each review: how long it took at least and at most.
        SELECT named.listing, reply.source, reply.review_id, reply.basis, reply.hours_from, reply.hours_to,
            median(reply.hours_from) OVER (PARTITION BY named.listing) AS median_from,
            median(reply.hours_to) OVER (PARTITION BY named.listing) AS median_to
        FROM response_times AS reply
        JOIN named USING (source, listing_id)
        ORDER BY reply.answered_by DESC, reply.source, reply.review_id
        """,
        named=named,
    )
    return (replies,)


@app.cell
def _(listing_order, longest, plots, replies):
    timed_replies = [_row for _row in replies.to_pylist() if _row["hours_to"] is not None]
    response_chart = plots.response(timed_replies, listing_order, longest["hours"] if longest else 0)
    return response_chart, timed_replies


@app.cell(hide_code=True)
def _(listing_order, plots, replies, response_chart, showing, timed_replies):
    _untimed = replies.num_rows - len(timed_replies)
    _without = (
        f" {showing.count(_untimed, 'reply', 'replies')} cannot be timed (no date, or the review was edited later)."
        if _untimed
        else ""
    )
    if len(timed_replies) > plots.MOST_MARKS:
        _without += f" Dots are the newest {plots.MOST_MARKS:,} of {len(timed_replies):,} replies, medians are of all."
    showing.section(
        "How long does an answer take?",
        "Each dot is a first reply, to praise or complaint, at the latest moment it can have come; where the site "
        "tells no time, a bar runs back to the earliest. The black tick is the listing's median. Who still waits is "
        f"above, on the same axis, and not here: read both.{_without}{plots.cut(len(listing_order))}",
        response_chart if timed_replies else showing.empty("No reply was seen yet, so nothing can be said of speed."),
    )
    return


@app.cell
def _(ask, named):
    judged = ask(
        """
        -- How often each number of stars met each probability of a complaint, in steps of 0.05.
        SELECT round(1 + 4 * review.rating)::INTEGER AS stars, least(floor(word.p_negative * 20) / 20, 0.95) AS p_from,
            p_from + 0.05 AS p_to, coalesce(odd.kind, 'stars and words agree') AS kind, count(*) AS reviews
        FROM reviews AS review
        JOIN named USING (source, listing_id)
        JOIN latest_predictions AS word USING (source, review_id)
        LEFT JOIN mismatches AS odd USING (source, review_id)
        WHERE review.rating IS NOT NULL
        GROUP BY ALL
        ORDER BY ALL
        """,
        named=named,
    )
    return (judged,)


@app.cell
def _(ask, named):
    odd_ones = ask(
        """
        -- The reviews whose words say the opposite of their stars: the worst sentence of each, the worst of all first.
        SELECT odd.kind, named.listing, odd.rating, odd.p_negative, odd.title, odd.text, odd.url,
            word.evidence[1].start_char AS start_char, word.evidence[1].end_char AS end_char,
            word.evidence[1].p_negative AS p_sentence
        FROM mismatches AS odd
        JOIN named USING (source, listing_id)
        LEFT JOIN latest_predictions AS word USING (source, review_id)
        ORDER BY odd.rating < 0.99, p_sentence DESC NULLS LAST, odd.p_negative DESC, odd.source, odd.review_id
        LIMIT 6
        """,
        named=named,
    )
    return (odd_ones,)


@app.cell
def _(judged, plots):
    mismatch_chart = plots.mismatch(judged.to_pylist())
    return (mismatch_chart,)


@app.cell(hide_code=True)
def _(judged, mismatch_chart, odd_ones, showing):
    _shown = [
        {
            "what": _row["kind"],
            "where": _row["listing"],
            "the review": f"{_row['p_negative']:.0%}",
            "the sentence": f"{_row['p_sentence']:.0%}" if _row["p_sentence"] is not None else "",
            "its worst sentence": showing.quote(_row["text"], _row["start_char"], _row["end_char"], _row["title"]),
            "url": _row["url"],
        }
        for _row in odd_ones.to_pylist()
    ]
    showing.section(
        "Where do stars hide a complaint?",
        "Larger circles are more reviews. Orange ones gave five stars, yet their words may complain: a miss costs ten "
        "times a false alarm, so even a low probability counts, and many of these are happy customers. The list shows "
        "how sure the model is of the review and of its worst sentence.",
        mismatch_chart if judged.num_rows else showing.empty("No review with stars was judged by the model yet."),
        *(
            [
                showing.table(
                    _shown,
                    ["what", "where", "the review", "the sentence", "its worst sentence"],
                    links="its worst sentence",
                )
            ]
            if _shown
            else []
        ),
    )
    return


@app.cell
def _(ask, complaints):
    aspects = ask(
        """
        -- What complaints are about, where the model names aspects.
        SELECT aspect.name AS aspect, count(*) AS complaints
        FROM complaints
        JOIN latest_predictions AS word USING (source, review_id)
        CROSS JOIN unnest(word.aspects) AS one(aspect)
        WHERE aspect.p >= 0.5
        GROUP BY ALL
        ORDER BY count(*) DESC, aspect
        """,
        complaints=complaints,
    )
    return (aspects,)


@app.cell
def _(ask, clock, complaints):
    telling = ask(
        """
        -- The most telling sentence of complaints, the worst three of each listing in the last 90 days. Sentences of at
        -- least 30 characters come first: "Awful!" hurts, but does not tell what about.
        WITH sentences AS (
            SELECT complaints.listing, complaints.state, review.*, part.start_char AS start_char,
                part.end_char AS end_char, part.p_negative AS p_sentence, end_char - start_char >= 30 AS is_telling
            FROM complaints
            JOIN reviews AS review USING (source, review_id)
            JOIN latest_predictions AS word USING (source, review_id)
            CROSS JOIN unnest(word.evidence) AS sentence(part)
            CROSS JOIN clock
            WHERE complaints.posted_at > clock.as_of - INTERVAL 90 DAY
            QUALIFY row_number() OVER (
                PARTITION BY complaints.source, complaints.review_id ORDER BY is_telling DESC, p_sentence DESC
            ) = 1
        )
        SELECT listing, rating, text, url, state, start_char, end_char
        FROM sentences
        QUALIFY row_number() OVER (
            PARTITION BY listing ORDER BY is_telling DESC, p_sentence DESC, source, review_id
        ) <= 3
        ORDER BY listing, is_telling DESC, p_sentence DESC, source, review_id
        """,
        clock=clock,
        complaints=complaints,
    )
    return (telling,)


@app.cell
def _(FAMILY_OF, aspects, plots):
    aspects_chart = plots.aspects(
        _row | {"family": str(FAMILY_OF.get(_row["aspect"], "other"))} for _row in aspects.to_pylist()
    )
    return (aspects_chart,)


@app.cell(hide_code=True)
def _(aspects, aspects_chart, listing_order, showing, telling):
    _shown = [
        {
            "where": _row["listing"],
            "stars": showing.stars(_row["rating"]),
            "in their words": showing.quote(_row["text"], _row["start_char"], _row["end_char"]),
            "now": _row["state"],
            "url": _row["url"],
        }
        for _row in sorted(telling.to_pylist(), key=lambda _row: listing_order.index(_row["listing"]))[:60]
    ]
    showing.section(
        "What is it about?",
        "Bars count complaints by aspect, coloured by its family: what was done, what came of it, or what was "
        "expected. Below, the worst three sentences of each listing in the last 90 days."
        if aspects.num_rows
        else "The model in use names no aspects yet (a later one does), so these are its most telling sentences: the "
        "worst three of each listing in the last 90 days, in the customers' own words.",
        *([aspects_chart] if aspects.num_rows else []),
        showing.table(
            showing.grouped(_shown, "where"), ["where", "stars", "in their words", "now"], links="in their words"
        )
        if _shown
        else showing.empty("No sentence was judged yet: run `otklik nightly`, which judges what was read."),
    )
    return


@app.cell
def _(ask, clock, named):
    nights = ask(
        """
        -- What each listing gave on each of the last 14 days; the last attempt of a run counts, and the worst run of a
        -- day. The hourly pulse reads first pages only and is left out. Days without a try show up too.
        WITH tries AS (
            SELECT named.listing, try.started_at::DATE AS day, try.status, try.collected, try.expected, try.error,
                try.started_at
            FROM coverage AS try
            JOIN named USING (source, listing_id)
            LEFT JOIN runs USING (run_id)
            WHERE runs.kind IS DISTINCT FROM 'pulse'
            QUALIFY row_number() OVER (PARTITION BY run_id, try.source, try.listing_id ORDER BY try.attempt DESC) = 1
        ),
        days AS (
            SELECT unnest(generate_series(
                greatest((SELECT min(day) FROM tries), (as_of - INTERVAL 13 DAY)::DATE), as_of::DATE, INTERVAL 1 DAY
            ))::DATE AS day
            FROM clock
        )
        SELECT named.listing, days.day, coalesce(try.status, 'no try') AS status, try.collected, try.expected, try.error
        FROM days
        CROSS JOIN named
        LEFT JOIN tries AS try USING (listing, day)
        WHERE named.is_watched OR try.status IS NOT NULL
        QUALIFY row_number() OVER (
            PARTITION BY named.listing, day
            ORDER BY array_position(['failed', 'blocked', 'stale', 'short', 'ok'], try.status), try.started_at DESC
        ) = 1
        ORDER BY day, named.listing
        """,
        named=named,
        clock=clock,
    )
    return (nights,)


@app.cell
def _(listing_order, nights, plots):
    coverage_chart = plots.coverage(nights.drop(["error"]).to_pylist(), listing_order)
    return (coverage_chart,)


@app.cell
def _(ask, named):
    gaps = ask(
        """
        -- Listings whose silence is no good news, and why.
        SELECT named.listing, gap.last_status, gap.last_error, gap.last_read_at
        FROM coverage_gaps AS gap
        JOIN named USING (source, listing_id)
        ORDER BY gap.last_read_at NULLS FIRST, named.listing
        """,
        named=named,
    )
    return (gaps,)


@app.cell(hide_code=True)
def _(coverage_chart, gaps, nights, showing, zone):
    _shown = [
        {
            "not read now": _row["listing"],
            "last try": _row["last_status"] or "never tried",
            "why": showing.remark(_row["last_error"]),
            "last read": showing.moment(_row["last_read_at"], zone) or "never",
        }
        for _row in gaps.to_pylist()
    ] or [
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
        "nothing.",
        coverage_chart if nights.num_rows else showing.empty("No listing was read in the last 14 days."),
        *([showing.table(_shown, list(_shown[0]))] if _shown else []),
    )
    return


@app.cell
def _(ask, named):
    effects = ask(
        """
        -- What happened after each first reply: the reply is gone, the customer wrote again, or all stands as it was.
        WITH first AS (
            SELECT source, review_id, min(seen_at) AS replied_at
            FROM review_events
            WHERE event = 'reply_seen'
            GROUP BY ALL
        ),
        later AS (
            SELECT source, review_id,
                max(event.seen_at) FILTER (event.event = 'reply_removed') AS removed_at,
                max(event.seen_at) FILTER (event.event = 'edited_after_reply') AS edited_at,
                min_by(event.old_value, event.seen_at) FILTER (event.event = 'rating_changed')::DOUBLE AS rating_before
            FROM review_events AS event
            JOIN first USING (source, review_id)
            WHERE event.seen_at >= first.replied_at
            GROUP BY ALL
        )
        SELECT named.listing, review.source, review.review_id,
            CASE
                WHEN later.removed_at IS NOT NULL AND review.reply_state <> 'published' THEN 'the reply disappeared'
                WHEN later.edited_at IS NOT NULL THEN 'the customer wrote again'
                ELSE 'nothing changed'
            END AS effect,
            greatest(later.removed_at, later.edited_at) AS seen_at, later.rating_before, review.rating, review.title,
            review.text, review.url
        FROM first
        JOIN later USING (source, review_id)
        JOIN reviews AS review USING (source, review_id)
        JOIN named USING (source, listing_id)
        ORDER BY seen_at DESC NULLS LAST, review.source, review.review_id
        """,
        named=named,
    )
    return (effects,)


@app.cell
def _(effects, listing_order, plots):
    effects_chart = plots.effects(effects.to_pylist(), listing_order)
    return (effects_chart,)


@app.cell(hide_code=True)
def _(effects, effects_chart, listing_order, plots, showing, zone):
    _shown = [
        {
            "what happened": _row["effect"],
            "where": _row["listing"],
            "stars": (f"{showing.stars(_row['rating_before'])} → " if _row["rating_before"] is not None else "")
            + showing.stars(_row["rating"]),
            "the review now": showing.quote(_row["text"], title=_row["title"]),
            "seen": showing.moment(_row["seen_at"], zone),
            "url": _row["url"],
        }
        for _row in effects.to_pylist()
        if _row["effect"] != "nothing changed"
    ][:20]
    showing.section(
        "What did the reply do?",
        "Each bar counts the reviews of a listing that got a reply. Orange means that the customer wrote again after "
        "it, dark orange that the reply is no longer there: both come back into the list above."
        + plots.cut(len(listing_order)),
        effects_chart if effects.num_rows else showing.empty("No reply was seen yet."),
        *(
            [
                showing.table(
                    _shown, ["what happened", "where", "stars", "the review now", "seen"], links="the review now"
                )
            ]
            if _shown
            else []
        ),
    )
    return


if __name__ == "__main__":
    app.run()
