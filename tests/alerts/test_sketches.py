"""Sketches: near copies share a band, other texts (almost) never do, and a sketch depends on nothing but the words."""

import random

from alerts.sketches import BANDS, LEAST_WORDS, shingles, similarity, sketch, words

WORDS = [f"слово{letter}" for letter in "абвгдежзиклмнопрстуфхцчшщэюя"]


def test_the_same_words_in_other_dress_have_the_same_sketch():
    plain = sketch(None, "Ждали заказ два часа, всё холодное, никто не извинился!")
    assert plain == sketch("Ждали заказ", "ДВА ЧАСА... всё холодное — никто НЕ извинился")
    assert plain != sketch(None, "Ждали заказ три часа, всё холодное, никто не извинился!")


def test_short_texts_have_words_and_no_bands():
    assert sketch(None, "Ужас!") == sketch("", "ужас")
    assert sketch(None, "Ужас!").bands == ()
    assert sketch(None, "").words == 0
    assert len(sketch(None, " ".join(WORDS[:LEAST_WORDS])).bands) == BANDS


def test_near_copies_share_a_band_and_strangers_do_not():
    shuffled = random.Random(3)
    near = far = 0
    for _ in range(200):
        text = [shuffled.choice(WORDS) + str(shuffled.randrange(3)) for _ in range(25)]
        text = [word.replace("0", "").replace("1", "к").replace("2", "м") for word in text]
        copy = list(text)
        copy[shuffled.randrange(25)] = "иначе"
        other = shuffled.sample(WORDS, 25)
        mine = set(sketch(None, " ".join(text)).bands)
        near += bool(mine & set(sketch(None, " ".join(copy)).bands))
        far += bool(mine & set(sketch(None, " ".join(other)).bands))
        assert similarity(shingles(text), shingles(copy)) > 0.8
    assert near >= 198
    assert far <= 2


def test_hostile_texts_are_sketched_like_any_other():
    for text in ("\ud800 \udfff слова и ещё слова", "\x00" * 100, "a" * 100_000, "раз два три четыре " * 5_000):
        assert sketch(None, text) == sketch(None, text)
    assert words("ещё е-mail 123") == ["еще", "е", "mail"]
