import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from alerts.details import BacklogDetails, CoverageDetails, DigestDetails, QuietDetails, Rule, SurgeDetails
from alerts.wording.catalogue import LANGUAGES
from alerts.wording.inert import identifier
from core.records import CaseStatus, Evidence

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


def test_a_case_says_where_how_bad_what_hurts_how_long_and_where_to_answer(
    show, make_view, make_review, make_prediction
):
    review = make_review()
    start = review.text.index("Ждали")
    evidence = (Evidence(start=start, end=review.text.index(" Больше"), p_negative=0.9),)
    prediction = make_prediction(0.9, content_hash=review.content_hash, evidence=evidence)
    message = show(make_view(review=review, prediction=prediction))
    assert message.text.splitlines() == [
        "Ответ просрочен: На Ленина, Воронеж",
        "",
        "★☆☆☆☆ На Ленина, Воронеж · flamp",
        "«Ждали заказ час, администратор нагрубила.»",
        "Клиент ждёт 3 дня; ответ просрочен на 24 ч",
        "Если ответа не будет, об этом узнает Boss: 23 нояб., 07:00",
        "Номер: flamp/r1",
        "https://flamp.example/review/1",
        "",
        "Поблагодарите, извинитесь, скажите, что сделаете, и пригласите продолжить разговор в личном канале.",
    ]
    assert '<a href="https://flamp.example/review/1">Открыть отзыв</a>' in message.html


def test_before_it_is_due_it_says_until_when(show, make_view, start):
    assert (
        "Клиент ждёт 34 ч; ответить до 18 нояб., 12:00" in show(make_view(Rule.near_miss), now=start + 29 * HOUR).text
    )
    assert "ответить до 12:00" in show(make_view(Rule.near_miss), now=start + 47 * HOUR).text


@pytest.mark.parametrize(
    ("language", "hours", "words"),
    [
        ("ru", 0, "Клиент ждёт меньше часа"),
        ("ru", 1, "Клиент ждёт 1 ч;"),
        ("ru", 22, "Клиент ждёт 22 ч;"),
        ("ru", 31, "Клиент ждёт 31 ч;"),
        ("ru", 47, "Клиент ждёт 47 ч;"),
        ("ru", 48, "Клиент ждёт 2 дня;"),
        ("ru", 24 * 11, "Клиент ждёт 11 дней;"),
        ("ru", 24 * 21, "Клиент ждёт 21 день;"),
        ("uk", 31, "Клієнт чекає 31 год;"),
        ("uk", 1, "Клієнт чекає 1 год;"),
        ("uk", 23, "Клієнт чекає 23 год;"),
        ("uk", 12, "Клієнт чекає 12 год;"),
        ("uk", 24 * 3, "Клієнт чекає 3 дні;"),
        ("uk", 24 * 5, "Клієнт чекає 5 днів;"),
        ("en", 1, "The customer has waited 1 hr;"),
        ("en", 24 * 2, "The customer has waited 2 days;"),
    ],
)
def test_durations_are_short_and_have_the_right_plural(show, make_view, make_review, language, hours, words):
    posted = NOW - hours * HOUR
    view = make_view(review=make_review(posted_at=posted)).model_copy(update={"first_seen_at": NOW})
    assert words in show(view, language=language).text


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 негативный отзыв ждёт вас"), (3, "3 негативных отзыва ждут вас"), (11, "11 негативных отзывов ждут вас")],
)
def test_folded_steps_are_one_message_of_few_cases(show, make_view, make_review, count, words):
    views = [make_view(review=make_review(review_id=f"r{n}"), folded=True) for n in range(count)]
    message = show(*views)
    assert (message.title == words) is (count > 1)
    assert message.text.count("Номер:") == min(count, 10)
    assert ("Ждёт ещё 1 отзыв." in message.text) is (count == 11)


def test_several_steps_of_one_case_are_told_once(show, make_view):
    message = show(make_view(Rule.late), make_view(Rule.escalation), make_view(Rule.near_miss))
    assert message.title == "Клиент ждёт ответа слишком долго: На Ленина, Воронеж"
    assert message.text.count("Номер:") == 1


def test_a_look_that_is_not_fresh_says_as_of_when_it_speaks(show, make_view, make_review):
    assert "по данным" not in show(make_view(review=make_review(seen_at=NOW - 89 * timedelta(minutes=1)))).text
    assert "по данным на 10:29" in show(make_view(review=make_review(seen_at=NOW - 91 * timedelta(minutes=1)))).text
    assert "по данным на 18 нояб., 12:00" in show(make_view(review=make_review(seen_at=NOW - DAY))).text


def test_a_possible_repeat_says_so(show, make_view):
    assert "возможный повтор" in show(make_view(possible_repeat=True)).text
    assert "возможный повтор" not in show(make_view()).text


@pytest.mark.parametrize(
    ("rating", "stars"), [(0.0, "★☆☆☆☆"), (0.25, "★★☆☆☆"), (0.5, "★★★☆☆"), (1.0, "★★★★★"), (None, "(без оценки)")]
)
def test_stars(show, make_view, make_review, rating, stars):
    assert f"{stars} На Ленина" in show(make_view(review=make_review(rating=rating))).text


@pytest.mark.parametrize(
    ("changes", "quote"),
    [
        ({"text": "", "title": "Ужас"}, "«Ужас»"),
        ({"text": " \n ", "title": None}, "(без текста)"),
        ({"text": "слово " * 100}, "«" + "слово " * 32 + "слово…»"),
        ({"text": "а" * 500}, "«" + "а" * 199 + "…»"),
        ({"text": "Мой номер:\n8 916 123-45-67"}, "«Мой номер: [phone]»"),
    ],
)
def test_the_quote(show, make_view, make_review, changes, quote):
    assert quote in show(make_view(review=make_review(**changes))).text


def test_evidence_of_an_older_content_or_out_of_range_is_not_quoted(show, make_view, make_review, make_prediction):
    review = make_review(text="Плохо.")
    for evidence, content in (
        (Evidence(start=0, end=3, p_negative=1), "other"),
        (Evidence(start=2, end=99, p_negative=1), None),
    ):
        prediction = make_prediction(0.9, content_hash=content or review.content_hash, evidence=(evidence,))
        assert "«Плохо.»" in show(make_view(review=review, prediction=prediction)).text


def test_a_cue_before_the_quoted_sentence_still_counts(show, make_view, make_review, make_prediction):
    text = "Звоните на мой номер. 1234567, жду весь вечер и никуда не ухожу. Анна"
    review = make_review(text=text)
    evidence = (Evidence(start=text.index("1234567"), end=text.index(" Анна"), p_negative=0.9),)
    prediction = make_prediction(0.9, content_hash=review.content_hash, evidence=evidence)
    assert "«[phone], жду весь вечер и никуда не ухожу.»" in show(make_view(review=review, prediction=prediction)).text


@pytest.mark.parametrize(
    ("text", "worst", "quote"),
    [
        ("Всё. Сказал, что с коляской тут не место. Позор.", "Позор.", "Сказал, что с коляской тут не место. Позор."),
        ("Клопы! Дочь вся в укусах, пишем юристу.", "Клопы!", "Клопы! Дочь вся в укусах, пишем юристу."),
        ("Ужас.", "Ужас.", "Ужас."),
        ("Слово " * 40 + "и конец. Позор.", "Позор.", "Позор."),
        ("Пишите: 8 916 123-45-67. Позор.", "Позор.", "Пишите: [phone]. Позор."),
    ],
)  # fmt: skip
def test_a_short_sentence_is_quoted_with_what_makes_it_understood(
    show, make_view, make_review, make_prediction, text, worst, quote
):
    review = make_review(text=text)
    evidence = (Evidence(start=text.index(worst), end=text.index(worst) + len(worst), p_negative=0.9),)
    prediction = make_prediction(0.9, content_hash=review.content_hash, evidence=evidence)
    assert f"«{quote}»" in show(make_view(review=review, prediction=prediction)).text


@pytest.mark.parametrize(
    ("language", "quote"),
    [
        ("ru", "«Звоню, мне говорят: „ваше обращение в работе“.»"),
        ("uk", "«Звоню, мне говорят: „ваше обращение в работе“.»"),
        ("en", "“Звоню, мне говорят: «ваше обращение в работе».”"),
    ],
)
def test_quotation_marks_are_those_of_the_language(show, make_view, make_review, language, quote):
    view = make_view(review=make_review(text="Звоню, мне говорят: «ваше обращение в работе»."))
    assert quote in show(view, language=language).text


def test_personal_data_leaves_only_where_the_owner_chose_it(show, make_view, make_review):
    view = make_view(review=make_review(text="Пишите на ivan@mail.example, +7 916 123-45-67"))
    redacted, full = show(view), show(view, content="full")
    assert "«Пишите на [email], [phone]»" in redacted.text
    assert "916 123-45-67" not in redacted.html + redacted.text + json.dumps(redacted.payload)
    assert "+7 916 123-45-67" in full.text


HOSTILE = (
    '<b onload="x">A&B</b> @everyone @channel #tag [клик](javascript:alert(1)) https://evil.example/x '
    "\x1b[31mred\x1b[0m \u202egnp.exe \u200bz\u200b *b* _i_ `c` ~s~ /start www.evil.example\r\n=1+1\n\n| a |"
)


@pytest.mark.parametrize("content", ["redacted", "full"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_can_act(show, make_view, make_review, content, language):
    review = make_review(
        text=HOSTILE, source="si<te", review_id="r\x1b[2J`1`", url="javascript:alert(1)", listing_id="l<9>"
    )
    message = show(make_view(review=review), language=language, content=content)
    for shown in (message.text, message.html):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", shown)
        assert not re.search(r"@\w|#\w|://|www\.|\]\(|javascript:(?!alert)|`|\*|(?<!\w)/start", shown.replace("</", ""))
    assert set(re.findall(r"<[^>]*>", message.html)) <= {"<b>", "</b>", "<br/>"}
    assert "<" not in message.text
    assert "javascript" not in message.html.partition("href")[2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("steam/214000117", "steam/214000117"),
        ("app_store/a-B:9_x", "app_store/a-B:9_x"),
        ("x/_a_", "x/ˍaˍ"),
        ("x/@all", "x/＠all"),
        ("evil.example/1", "evil․example/1"),
    ],
)
def test_a_number_of_a_case_can_be_copied_unless_it_could_act(text, shown):
    assert identifier(text) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://flamp.example/a b?q=<>\"'&x=1", "https://flamp.example/a%20b?q=%3C%3E%22'&x=1"),
        (
            "http://пример.рф/отзыв",
            "http://%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80.%D1%80%D1%84/%D0%BE%D1%82%D0%B7%D1%8B%D0%B2",
        ),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("ftp://a.example/", None),
        ("//a.example/x", None),
        ("https://", None),
        ("https://bank.example@evil.example/", None),
        ("https://a.example/\u202egnp", None),
        ("https://a.example/\x1b[2J", None),
        ("https://[bad", None),
        ("https://a.example/" + "x" * 900, None),
        (None, None),
    ],
)
def test_only_web_addresses_are_linked(show, make_view, make_review, url, shown):
    message = show(make_view(review=make_review(url=url)))
    assert message.payload["cases"][0]["url"] == shown
    assert ("href" in message.html) is (shown is not None)


def test_a_digest_counts_those_of_a_campaign_once(show, make_view, related):
    details = DigestDetails(reviews=(("flamp", "a"), ("flamp", "b")), new=(0, 1), waiting_count=14, new_count=14)
    many = related("a").model_copy(update={"alike": 11, "alike_places": 2})
    message = show(make_view(Rule.digest, details=details, related=(many, related("b"))))
    assert message.title == "14 негативных отзывов ждут ответа"
    assert "Новые: 14" in message.text
    assert "ещё 11" in message.text
    assert "Ждёт ещё 1 отзыв" in message.text
    alone = details.model_copy(update={"new": (0,), "new_count": 12})
    text = show(make_view(Rule.digest, details=alone, related=(many, related("b")))).text
    assert "ещё 11" in text
    assert not re.search(r"(?:Ждёт|Ждут) ещё", text)


def test_a_digest_shows_the_state_at_sending(show, make_view, related):
    details = DigestDetails(
        reviews=(("flamp", "a"), ("flamp", "b"), ("flamp", "c"), ("flamp", "d"), ("flamp", "e")),
        new=(0, 1), due_today=(1,), worst=(2, 0), check=(3,), not_visible=(4,),
        waiting_count=9, new_count=2, due_today_count=1, overdue_count=8, check_count=1, not_visible_count=1,
    )  # fmt: skip
    cases = (
        related("a"),
        related("b", status=CaseStatus.answered),
        related("c"),
        related("d"),
        related("e", status=CaseStatus.reply_not_visible),
    )
    message = show(make_view(Rule.digest, details=details, related=cases))
    assert message.title == "8 негативных отзывов ждут ответа"
    headings = [line for line in message.text.splitlines() if re.search(r": \d+$", line)]
    assert headings == [
        "Новые: 1",
        "Просрочены: 8",
        "Проверьте, пожалуйста: возможно, это негативный отзыв: 1",
        "Площадка не показывает ответы: проверьте сами, отвечено ли: 1",
    ]
    assert [case["review_id"] for case in message.payload["cases"]] == ["a", "c", "d", "e"]
    assert "Ждут ещё 6 отзывов." in message.text
    message = show(
        make_view(
            Rule.digest,
            details=details.model_copy(
                update={
                    "overdue_count": 0,
                    "worst": (),
                    "check_count": 0,
                    "check": (),
                    "not_visible": (),
                    "not_visible_count": 0,
                    "new_count": 2,
                    "waiting_count": 2,
                }
            ),
            related=(),
        )
    )
    assert "ничего не ждёт ответа" in message.text


def test_a_digest_leaves_out_what_was_snoozed_since(show, make_view, related):
    details = DigestDetails(reviews=(("flamp", "a"), ("flamp", "b")), new=(0, 1), waiting_count=2, new_count=2)
    asleep = related("b")
    until = {"snoozed_until": NOW + timedelta(hours=1)}
    asleep = asleep.model_copy(update={"case": asleep.case.model_copy(update=until)})
    message = show(make_view(Rule.digest, details=details, related=(related("a"), asleep)))
    assert [case["review_id"] for case in message.payload["cases"]] == ["a"]
    assert message.title == "1 негативный отзыв ждёт ответа"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("rule", "details"),
    [
        (
            Rule.backlog,
            BacklogDetails(listing_id="l1", reviews=(("flamp", "a"),), recent_count=3, count=21, not_visible_count=4),
        ),
        (Rule.coverage, CoverageDetails(listing_id="l2", status="failed", error="HTTP 503 <b>@all</b>")),
        (Rule.surge, SurgeDetails(count=64, limit=60)),
        (Rule.all_quiet, QuietDetails(read=4, listings=5)),
    ],
)
def test_messages_about_no_single_case(show, make_view, related, language, rule, details):
    message = show(make_view(rule, details=details, related=(related("a"),)), language=language)
    assert message.title
    assert "{" not in message.text
    assert "<b>@" not in message.html
    if rule is Rule.backlog:
        assert "21" in message.text
        assert [case["review_id"] for case in message.payload["cases"]] == ["a"]


def test_what_goes_together_makes_one_message_with_a_heading_each(show, make_view):
    surge = make_view(Rule.surge, details=SurgeDetails(count=64, limit=60))
    broken = make_view(Rule.coverage, details=CoverageDetails(listing_id="l2", status="blocked"))
    message = show(make_view(folded=True), surge, broken)
    assert message.title == "Ответ просрочен: На Ленина, Воронеж"
    assert message.text.index("Не все площадки прочитаны") < message.text.index("Оповещения задержаны")


def test_several_broken_listings_share_one_heading(show, make_view):
    views = [
        make_view(Rule.coverage, details=CoverageDetails(listing_id=name, status="failed")) for name in ("l2", "l4")
    ]
    message = show(*views)
    assert message.text.splitlines()[::2] == [
        "Не все площадки прочитаны",
        "Аптека: ошибка чтения",
        "Кофейня: ошибка чтения",
    ]


@pytest.mark.parametrize(("status", "is_told"), [("stale", False), ("failed", True)])
def test_the_reason_of_a_stale_folder_is_not_said_twice_and_in_english(show, make_view, status, is_told):
    details = CoverageDetails(listing_id="l2", status=status, error="nothing came since the beginning")
    assert ("nothing came" in show(make_view(Rule.coverage, details=details)).text) is is_told


def test_a_message_needs_an_alert(show):
    with pytest.raises(ValueError, match="at least one"):
        show()
