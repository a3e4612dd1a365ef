"""Notifications by e-mail: mailboxes as programs write them, and templates as people write them."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from core.errors import ConfigurationError, InputError
from spiders.engine.mailbox import Template, messages, sent_at, subject_of, templates, text_of_mail
from spiders.engine.payload import Sample
from tests.spiders.payloads import imported

TOLD = "★★\n\nСуп холодний, чекали годину.\n\nReply <https://play.google.com/console/x?reviewId=gp%3Aone&corpus=P>\n"
SUBJECT = "A user has written a new review for Firma on November 18, 2026"
PLAY = "Google Play <noreply-play-developer-console@google.com>"


def mail(body: str = TOLD, subject: str = SUBJECT, sender: str = PLAY, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "owner@example.org", subject
    message["Date"] = headers.pop("Date", "Wed, 18 Nov 2026 09:15:00 +0200")
    for name, value in headers.items():
        message[name] = value
    message.set_content(body)
    return message


def test_one_message_without_an_envelope(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(mail().as_bytes())
    [review], done = imported(path)
    assert (done.format, review.source, review.syndicated_from) == ("mail", "mail", "google_play")
    assert (review.review_id, review.listing_id, review.rating) == ("gp:one", "Firma", 0.25)
    assert (review.text, review.reply_state) == ("Суп холодний, чекали годину.", "unknown")
    assert review.seen_at.isoformat() == "2026-11-18T07:15:00+00:00"


def test_a_maildir_of_which_most_is_about_something_else(tmp_path: Path) -> None:
    for part in ("cur", "new", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    (tmp_path / "box" / "cur" / "1700000000.M1P1.host:2,S").write_bytes(mail().as_bytes())
    (tmp_path / "box" / "cur" / "1700000001.M1P1.host:2,S").write_bytes(mail(subject="Hello").as_bytes())
    second = mail(TOLD.replace("gp%3Aone", "gp%3Atwo"))
    (tmp_path / "box" / "new" / "1700000002.M1P1.host").write_bytes(second.as_bytes())
    reviews, done = imported(tmp_path / "box")
    assert (done.format, [review.review_id for review in reviews]) == ("mail", ["gp:one", "gp:two"])
    assert done.quarantined == []


def test_a_mailbox_without_notifications_is_not_called_empty(tmp_path: Path) -> None:
    path = tmp_path / "other.mbox"
    path.write_bytes(b"From me@example.org Wed Nov 18 09:15:00 2026\n" + mail(subject="Hello").as_bytes())
    with pytest.raises(InputError, match="no notifications of reviews that are known"):
        imported(path)


@pytest.mark.parametrize("sender", ["Google <noreply-play-developer-console@google.com.example>", "x@example.org", ""])
def test_the_sender_is_compared_whole(sender: str, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(mail(sender=sender).as_bytes())
    with pytest.raises(InputError):
        imported(path)


def test_lines_that_begin_with_from_stay_in_their_message(tmp_path: Path) -> None:
    path = tmp_path / "box.mbox"
    body = "one\n\n>From the kitchen nobody came\n\nFrom now on never again\n>>From deeper\n"
    envelope = "From me@example.org Wed Nov 18 09:15:00 2026\n"
    path.write_text(f"{envelope}Subject: a\n\n{body}\n{envelope}Subject: b\n\nlast\n")
    first, second = messages(Sample(path))
    assert (subject_of(first), subject_of(second)) == ("a", "b")
    assert "\nFrom the kitchen" in text_of_mail(first)
    assert "\nFrom now on" in text_of_mail(first)
    assert ">From deeper" in text_of_mail(first)


def test_a_body_in_windows_1251_that_says_it_is_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit"
    head = f"From: {PLAY}\nSubject: {SUBJECT}\n{kind}\n\n"
    told = "*\n\n" + TOLD.partition("\n\n")[2]
    path.write_bytes(head.encode() + told.encode("cp1251"))
    assert "Суп холодний, чекали годину." in text_of_mail(next(messages(Sample(path))))


def test_html_keeps_its_links_and_an_attachment_is_no_body(tmp_path: Path) -> None:
    message = mail("")
    message.add_alternative(
        '<p>Суп&nbsp;холодний</p><a href="https://a.example/?x=1&amp;y=2">Читати</a>', subtype="html"
    )
    message.add_attachment("attached words", filename="note.txt")
    path = tmp_path / "one.eml"
    path.write_bytes(message.as_bytes())
    assert text_of_mail(next(messages(Sample(path)))) == "Суп холодний\nЧитати\n\n<https://a.example/?x=1&y=2>"


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Nov 2026 09:15:00 +0200", "Wed, 18 Nov 2026 09:15:00"])
def test_a_date_that_is_none(date: str, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(f"From: {PLAY}\nSubject: {SUBJECT}\nDate: {date}\n\n{TOLD}".encode())
    message = next(messages(Sample(path)))
    assert sent_at(message) is None or "99" not in date
    reviews, _ = imported(path)
    assert [review.review_id for review in reviews] == ["gp:one"]


OWN = """[[template]]
platform = "shop"
sender = ["@shop.example"]
subject = "Review of (?P<listing>.+)"
body = ["(?s)(?P<text>.+)"]
"""


def test_a_template_of_ones_own_comes_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mail_templates").mkdir()
    (tmp_path / "mail_templates" / "shop.toml").write_text(OWN)
    (tmp_path / "inbox" / "deep").mkdir(parents=True)
    known = templates(tmp_path / "inbox" / "deep" / "a.eml")
    assert known[0].platform == "shop"
    assert known[0].knows("robot@shop.example", "Review of Tea")
    assert not known[0].knows("robot@myshop.example.org", "Review of Tea")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("(?P<text>", "(?P<words>"), "unknown groups words"),
        (("(?P<text>.+)", "(.+)"), "no pattern has a group"),
        (("(?s)(?P<text>.+)", "(?P<text>"), "no regular expression"),
        (('platform = "shop"', ""), "platform"),
        (("[[template]]", "[[templates]]"), r"expected one or more \[\[template\]\]"),
        (("subject =", "subject"), "no TOML"),
        (("body =", "boddy ="), "boddy"),
    ],
)
def test_a_mistake_in_a_template_names_its_file(change: tuple[str, str], said: str, tmp_path: Path) -> None:
    (tmp_path / "mail_templates").mkdir()
    (tmp_path / "mail_templates" / "shop.toml").write_text(OWN.replace(*change))
    with pytest.raises(ConfigurationError, match=rf"shop\.toml.*{said}"):
        templates(tmp_path / "a.eml")


def test_what_the_subject_says_gives_way_to_the_body() -> None:
    template = Template(
        platform="shop", sender=("a@b.c",), subject="(?P<author>.+) wrote", body=("by (?P<author>.+): (?P<text>.+)",)
    )
    assert template.read("Ann wrote", "by Ann Example: bad") == {"author": "Ann Example", "text": "bad"}
    with pytest.raises(ValueError, match="no longer looks"):
        template.read("Ann wrote", "something else")


def test_shipped_templates_are_sound() -> None:
    assert {template.platform for template in templates(Path("/nowhere/a.eml"))} >= {
        "google_business",
        "google_play",
        "trustpilot",
    }
