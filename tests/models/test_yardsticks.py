"""The yardsticks read their files and judge as they should: words by a list, a negation turned, scores as stars."""

from pathlib import Path

import pytest

from models.training.data import Row
from models.training.yardsticks import Lexicon, by_stars, read_restaurants

RESTAURANTS = """<?xml version="1.0" ?>
<!DOCTYPE reviews [<!ENTITY secret SYSTEM "file:///etc/hostname">]>
<reviews>
 <review id="1"><scores><food>2</food><interior>0</interior><service>4</service></scores>
  <text>Ждали час, суп холодный.</text>
  <categories><category name="Food" sentiment="positive"/>
   <category name="Whole" sentiment="negative"/></categories></review>
 <review id="2"><scores><food>10</food></scores><text>Вкусно!&secret;</text>
  <categories><category name="Whole" sentiment="positive"/></categories></review>
 <review id="3"><scores><food>5</food></scores><text>Ни слова о целом.</text>
  <categories><category name="Whole" sentiment="absence"/></categories></review>
</reviews>
"""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon({"хороший": 0.9, "ужасный": -0.9, "хамство": -1.0})


def test_words_count_in_any_form_and_a_negation_turns_the_next(lexicon: Lexicon) -> None:
    good, bad, turned, other, unknown = lexicon.features(
        [
            "Хорошее место, хорошая кухня",
            "Хамство и ужасные официанты",
            "не хороший",
            "не очень хороший",
            "Пришёл, увидел",
        ]
    )[:, 0]
    assert good == pytest.approx(0.9)
    assert bad == pytest.approx(-0.95)
    assert turned == pytest.approx(-0.9)
    assert other == pytest.approx(0.9), "only the very next word is turned"
    assert unknown == 0


def test_a_list_learns_what_its_words_tell(lexicon: Lexicon) -> None:
    texts = {0: "Хамство, ужасный день", 1: "Обычное место", 2: "Хороший день"}
    lexicon.fit([Row(text, label, None, "a", "ru", "validation") for label, text in texts.items()] * 20)
    assert lexicon.predict(list(texts.values())).argmax(axis=1).tolist() == [0, 1, 2]


def test_restaurants_are_labelled_as_a_whole_by_people(tmp_path: Path) -> None:
    path = tmp_path / "reviews.xml"
    path.write_text(RESTAURANTS, encoding="utf-8")
    first, second = read_restaurants(path)
    assert (first.label, first.text) == (0, "Ждали час, суп холодный.")
    assert first.rating == pytest.approx(2 / 9), "a score of nothing is none"
    assert (second.label, second.rating) == (2, 1.0)
    assert "Вкусно!" in second.text
    assert by_stars([first, second]).argmax(axis=1).tolist() == [0, 2]
