"""Mail against an SMTP server on loopback: both forms, threads, outcomes; and the HTML in a browser."""

import os
import re
import shutil
import subprocess
import time
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from alerts.channels import PERHAPS, send
from alerts.channels.limits import MAIL
from alerts.channels.mail_html import page
from alerts.details import Rule

KEY = "0123456789abcdef0123456789abcdef"
SENDER, READER = "otklik@a.example", "anna@a.example"


@pytest.fixture
def url(mailbox):
    return f"mailto://127.0.0.1:{mailbox.port}/?from={SENDER}&to={READER}"


def parsed(raw):
    return message_from_bytes(raw, policy=policy.default)


def test_a_mail_has_text_and_html_and_its_key(person, mailbox, url, compose, view):
    assert send(person(url), compose(view(), console_url="https://otklik.example"), key=KEY).ok
    mail = parsed(mailbox.mails[0])
    assert mail["Subject"] == "Ответ просрочен: На Ленина, Воронеж"
    assert (mail["From"], mail["To"]) == (f"Otklik <{SENDER}>", READER)
    assert mail["X-Otklik-Alert"] == KEY
    assert mail["Message-ID"] == f"<{KEY}@a.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime is not None
    html = mail.get_body(("html",)).get_content()
    text = mail.get_body(("plain",)).get_content()
    for said in ("★☆☆☆☆ На Ленина, Воронеж · flamp", "Клиент ждёт 31 ч; ответ просрочен на 6 ч", "О чём: ожидание"):
        assert said in html
        assert said in text
    assert 'href="https://flamp.example/review/1?a=1&amp;b=2"' in html
    assert 'href="https://otklik.example/cases/flamp/r1"' in html
    assert "https://flamp.example/review/1?a=1&b=2" in text
    assert text.partition("-- \n")[2].startswith("Вы получаете это письмо")
    assert mailbox.envelopes[0].rcpt_tos == [READER]
    assert all(len(line) <= 998 for line in mailbox.mails[0].split(b"\r\n"))


def test_mails_of_one_case_make_a_thread_and_those_of_several_do_not(person, mailbox, url, compose, view):
    steps = ((view(rule=Rule.near_miss),), (view(rule=Rule.late),), (view(number=2),), (view(), view(number=2)))
    for number, views in enumerate(steps):
        assert send(person(url), compose(*views), key=f"{number}" * 32).ok
    first, second, other, both = map(parsed, mailbox.mails)
    assert first["References"] == second["References"] == first["In-Reply-To"] != other["References"]
    assert re.fullmatch(r"<case\.[0-9a-f]{32}@a\.example>", first["References"])
    assert len({mail["Message-ID"] for mail in (first, second, other, both)}) == 4
    assert both["References"] is None


def test_a_second_try_is_the_same_mail(person, mailbox, url, compose, view):
    for repeat in (False, True):
        assert send(person(url), compose(view()), key=KEY, possible_repeat=repeat).ok
    first, second = map(parsed, mailbox.mails)
    assert first["Message-ID"] == second["Message-ID"]
    assert second["Subject"].endswith("(возможный повтор)")


def test_all_addresses_get_it_and_the_hidden_ones_are_not_named(person, mailbox, compose, view):
    url = f"mailto://127.0.0.1:{mailbox.port}/?from={SENDER}&to={READER},b@b.example&cc=c@c.example&bcc=d@d.example"
    assert send(person(url), compose(view()), key=KEY).ok
    assert sorted(mailbox.envelopes[0].rcpt_tos) == [READER, "b@b.example", "c@c.example", "d@d.example"]
    assert b"d@d.example" not in mailbox.mails[0]


@pytest.mark.parametrize(
    ("data", "error"), [("451 try later", "SMTP 451"), ("554 no spam", "SMTP 554"), ("552 too big", "SMTP 552")]
)
def test_a_refusal_names_the_code_and_nothing_else(person, mailbox, url, compose, view, data, error):
    mailbox.data = f"{data} {READER}"
    assert send(person(url), compose(view()), key=KEY).error == f"channel 1 (mailto): {error}"


def test_a_reader_who_does_not_exist(person, mailbox, url, compose, view):
    mailbox.refused[READER] = "550 no such user here"
    assert send(person(url), compose(view()), key=KEY).error == "channel 1 (mailto): SMTP 550: no address was taken"
    both = url + ",b@b.example"
    assert send(person(both), compose(view()), key=KEY).error == (
        f"{PERHAPS}channel 1 (mailto): 1 of 2 addresses were refused"
    )


def test_nobody_listens(person, compose, view):
    url = f"mailto://127.0.0.1:1/?from={SENDER}&to={READER}"
    assert send(person(url), compose(view()), key=KEY).error == "channel 1 (mailto): no connection"


def test_a_server_that_says_nothing_after_the_text_may_have_taken_it(person, mailbox, url, compose, view, monkeypatch):
    monkeypatch.setattr("alerts.channels.mail.SECONDS", 0.5)
    mailbox.silence = 6
    begin = time.monotonic()
    outcome = send(person(url), compose(view()), key=KEY)
    assert time.monotonic() - begin < 5
    assert outcome.error == f"{PERHAPS}channel 1 (mailto): no answer within 0 s"


def test_a_login_over_tls(person, mailbox, tls, compose, view):
    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"right", handled=False)

    controller = Controller(
        mailbox, hostname="127.0.0.1", port=0, tls_context=tls, authenticator=check, auth_required=True,
    )  # fmt: skip
    controller.port = mailbox.port + 1
    controller.start()
    try:
        for word, error in (("right", None), ("wrong", "channel 1 (mailtos): SMTP 535: the log-in was refused")):
            url = (
                f"mailtos://user:{word}@a.example:{controller.port}/?smtp=127.0.0.1&from={SENDER}&to={READER}"
                "&mode=starttls&verify=no"
            )
            assert send(person(url), compose(view()), key=KEY).error == error
        strict = url.replace("&verify=no", "").replace("wrong", "right")
        assert send(person(strict), compose(view()), key=KEY).error == (
            "channel 1 (mailtos): its certificate is not trusted"
        )
    finally:
        controller.stop()
    assert len(mailbox.mails) == 1


def test_a_header_cannot_be_broken_into(person, mailbox, url, compose, view, watchlist):
    evil = view("Плохо\r\nBcc: evil@evil.example\r\n\r\n<script>", listing="x\r\nBcc: evil@evil.example")
    assert send(person(url), compose(evil), key=KEY).ok
    mail = parsed(mailbox.mails[0])
    assert mail["Bcc"] is None
    assert mailbox.envelopes[0].rcpt_tos == [READER]
    assert len(mailbox.mails[0].partition(b"\r\n\r\n")[0].splitlines()) < 30


class Seen(HTMLParser):
    """What an HTML text loads or does."""

    def __init__(self):
        super().__init__()
        self.tags, self.links, self.loaded = set(), [], []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "href":
                self.links.append(value)
            if name in ("src", "background", "action", "srcset"):
                self.loaded.append(value)


def seen(html):
    parser = Seen()
    parser.feed(html)
    return parser


def test_the_html_loads_nothing_and_is_short_enough(compose, view):
    views = [view("<script>x</script>&" * 30, number=n, folded=True) for n in range(10)]
    message = compose(*views)()
    html = page(message.title, message.blocks, "ru")
    found = seen(html)
    assert found.loaded == []
    assert found.tags <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "table",
        "tr",
        "td",
        "b",
        "br",
        "a",
        "span",
    }
    assert "url(" not in html
    assert "@import" not in html
    assert MAIL.takes(html)


@pytest.mark.slow
@pytest.mark.parametrize("width", [380, 900])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_html_in_a_browser(compose, view, tmp_path, width, scheme):
    """No part is wider than the window, and text can be told from its ground in both schemes."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine")
    views = [
        view("Очень" + "долго" * 60 + " ждали!", number=1, folded=True),
        view(number=2, late=False, folded=True, review_id="x" * 75),
    ]
    message = compose(*views, console_url="https://otklik.example")()
    measured = """<script>onload=()=>{const lum=c=>{const v=c.match(/[\\d.]+/g).map(Number).slice(0,3).map(x=>{x/=255;
    return x<=.03928?x/12.92:((x+.055)/1.055)**2.4});return .2126*v[0]+.7152*v[1]+.0722*v[2]};
    const ground=e=>{for(;e;e=e.parentElement){const c=getComputedStyle(e).backgroundColor;
    if(c!=='rgba(0, 0, 0, 0)')return c}return 'rgb(255,255,255)'};let worst=99;
    for(const e of document.querySelectorAll('div,td,a')){if(![...e.childNodes].some(n=>n.nodeType===3&&n.data.trim()))
    continue;if(getComputedStyle(e).display==='none')continue;const a=lum(getComputedStyle(e).color),b=lum(ground(e));
    worst=Math.min(worst,(Math.max(a,b)+.05)/(Math.min(a,b)+.05))}
    document.title=JSON.stringify({wide:document.documentElement.scrollWidth,worst})}</script>"""
    path = tmp_path / "mail.html"
    path.write_text(page(message.title, message.blocks, "ru") + measured, encoding="utf-8")
    done = subprocess.run(
        [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}", f"--window-size={width},1600",
            "--virtual-time-budget=2000", "--dump-dom", path.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True, env={**os.environ, "HOME": str(tmp_path)},
    )  # fmt: skip
    told = re.search(r'<title>\{"wide":(\d+),"worst":([\d.]+)\}', done.stdout)
    assert told, done.stderr[-500:]
    # Headless Chromium gives no window less than 500 pixels, unless a screenshot is asked for.
    assert int(told.group(1)) <= max(width, 500)
    assert float(told.group(2)) >= 4.5, "WCAG AA"
