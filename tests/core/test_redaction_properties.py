import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.redaction import find, redact

CLEAN = """Ждали час, администратор нагрубил. Мастер уехал! Деньги не вернули Очень плохо и дорого Чекали годину, нічого
не зробили Персонал грубий The waiter was rude and we left Цена 1500 руб. за 2 часа 5 звёзд № 12 от 12.11.2026"""
WORDS = st.sampled_from(CLEAN.split())
PROSE = st.lists(WORDS, max_size=12).map(" ".join)


def digits(count):
    return st.text("0123456789", min_size=count, max_size=count)


RUSSIAN = st.tuples(
    st.sampled_from(["+7", "8", "7", "+7 ", "8 ", "8-"]),
    st.sampled_from("0123568"),
    digits(1),
    digits(3),
    digits(4),
    st.integers(0, 4),
).map(lambda n: _russian(*n))
UKRAINIAN = st.tuples(
    st.sampled_from(["+38", "+38 ", "38", ""]),
    st.sampled_from(["050", "063", "066", "067", "068", "073", "095", "096", "097", "098", "099"]),
    digits(3),
    digits(4),
    st.sampled_from(["", " ", "-"]),
).map(lambda n: f"{n[0]}{n[1]}{n[4]}{n[2]}{n[4]}{n[3][:2]}{n[4]}{n[3][2:]}")
BELARUSIAN = st.tuples(
    st.sampled_from(["25", "29", "33", "44"]), st.sampled_from("6789"), digits(6), st.sampled_from(["", " ", "-"])
).map(lambda n: f"+375{n[3]}{n[0]}{n[3]}{n[1]}{n[2]}")


def _russian(prefix, second, third, middle, last, style):
    area = f"9{second}{third}"
    return (
        prefix
        + [
            f"{area}{middle}{last}",
            f"{area} {middle} {last[:2]} {last[2:]}",
            f"({area}) {middle}-{last[:2]}-{last[2:]}",
            f"{area}-{middle}-{last}",
            f"({area}){middle}{last}",
        ][style]
    )


PHONES = st.one_of(RUSSIAN, UKRAINIAN, BELARUSIAN)


def _with_check_digit(number):
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return number + str(-total % 10)


CARDS = st.tuples(
    st.sampled_from([("4", 16), ("51", 16), ("2200", 16), ("2221", 16), ("37", 15), ("6011", 16), ("5018", 16)]),
    digits(15),
    st.sampled_from(["", " ", "-"]),
).map(lambda n: _card(*n))


def _card(kind, filling, separator):
    prefix, length = kind
    number = _with_check_digit((prefix + filling)[: length - 1])
    return separator.join(number[n : n + 4] for n in range(0, length, 4))


def only_digits(text):
    return re.sub(r"\D", "", text)


@settings(max_examples=400, deadline=None)
@given(before=PROSE, phone=PHONES, after=PROSE)
def test_no_phone_is_left(before, phone, after):
    shown = redact(f"{before}: {phone}, {after}")
    assert "[phone]" in shown
    assert only_digits(phone)[-7:] not in only_digits(shown)


@settings(max_examples=300, deadline=None)
@given(before=PROSE, card=CARDS, after=PROSE)
def test_no_card_is_left(before, card, after):
    shown = redact(f"{before}: {card}, {after}")
    assert only_digits(card)[-8:] not in only_digits(shown)


@settings(max_examples=300, deadline=None)
@given(before=PROSE, email=st.emails(), after=PROSE)
def test_no_email_is_left(before, email, after):
    shown = redact(f"{before} {email} {after}")
    assert email not in shown
    assert "@" not in shown


@settings(max_examples=300, deadline=None)
@given(text=PROSE)
def test_prose_stays_as_it_is(text):
    assert redact(text) == text


PERSONAL = """тел.|89161234567|паспорт|4510 123456|ИНН|4111 1111 1111 1111|a@b.ru
|Здравствуйте,|Анна|Иван Петрович| собака |[phone]|UA21|С уважением,|руб|заказ|№|+7|(9| -.()+/,:!"""
PIECES = st.one_of(st.sampled_from(PERSONAL.split("|")), st.sampled_from("0123456789 -.()+/,:!\n\u200b\u00a0"))


@settings(max_examples=600, deadline=None)
@given(text=st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60)))
def test_redacting_twice_is_redacting_once_and_spans_are_in_order(text):
    once = redact(text)
    assert redact(once) == once
    spans = find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= two.start for one, two in pairwise(spans))
