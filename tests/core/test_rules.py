"""Mistakes in rules, departments, programmes and absences name file, key and what was expected."""

from pathlib import Path

import pytest

from alerts.rules import check
from core.errors import ConfigurationError
from core.watchlist import load_watchlist

GOOD = """
[[companies]]
id = "firm"
name = "Firm"
[[companies.places]]
id = "nevsky"
name = "Nevsky"
responsible = "anna"
[[people]]
id = "anna"
name = "Anna"
deputy = "boris"
away = [{ first = 2026-12-01, last = 2026-12-14 }]
max_immediate = 3
[[people]]
id = "boris"
name = "Boris"
[[channels]]
id = "kitchen-chat"
name = "The kitchen's chat"
[[listings]]
id = "app"
source = "steam"
company = "firm"
place = "nevsky"
technical = "boris"
[[departments]]
id = "kitchen"
name = "Kitchen"
person = "boris"
aspects = ["product_or_result"]
places = ["nevsky"]
[[programmes]]
id = "smile"
name = "Smile"
start = 2026-01-01
places = ["nevsky"]
owner = "anna"
[[rules]]
id = "poison"
title = "Отравление"
source = "steam"
listing = ["app"]
place = ["nevsky"]
language = ["ru"]
aspect = ["safety_and_health"]
severity = "severe"
stars = [1, 2]
keyword = ["отрав*"]
pattern = "скор(ая|ую)"
age_hours = [0, 72]
status = ["open"]
people = ["department"]
[[rules.ladder]]
level = 1
[[rules.ladder]]
level = 2
after = "4h"
to = ["kitchen-chat", "kitchen", "operator"]
[builtin.spike]
to = ["boris"]
[builtin.fade]
enabled = false
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "watchlist.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_are_read_with_people_roles_channels_and_departments(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    watchlist = load_watchlist(tmp_path)
    check(watchlist, "watchlist.toml")
    (rule,) = watchlist.rules
    assert rule.source == ("steam",)
    assert [rule.recipients(step) for step in rule.ladder] == [
        ("department",),
        ("kitchen-chat", "kitchen", "operator"),
    ]
    assert watchlist.person("kitchen-chat") is not None
    assert watchlist.builtin_rule("spike").to == ("boris",)
    assert not watchlist.builtin_rule("fade").enabled
    assert watchlist.builtin_rule("late").enabled


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('source = "steam"\nlisting', 'source = "steem"\nlisting', "rules.poison.source: no source 'steem'; known"),
        ('listing = ["app"]', 'listing = ["ap"]', "rules.poison.listing: no listing 'ap'; known are: app"),
        ('place = ["nevsky"]', 'place = ["neva"]', "rules.poison.place: no place 'neva'; known are: nevsky"),
        ('people = ["department"]', 'people = ["bos"]', "rules.poison.people: no destination 'bos'; known are: anna"),
        ('to = ["kitchen-chat"', 'to = ["chat"', "rules.poison.ladder.2.to: no destination 'chat'"),
        ('aspect = ["safety', 'aspect = ["safty', "rules.0.aspect.0: Input should be 'staff_attitude'"),
        ('severity = "severe"', 'severity = "bad"', "rules.0.severity: Input should be 'ordinary' or 'severe'"),
        ("stars = [1, 2]", "stars = [2, 1]", "rules.0.stars: Value error, expected [from, to] with from not above to"),
        ("stars = [1, 2]", "stars = [0, 2]", "rules.0.stars.0: Input should be greater than or equal to 1"),
        ('keyword = ["отрав*"]', 'keyword = ["*"]', "rules.0.keyword: Value error, '*' has no letter or digit"),
        ('status = ["open"]', 'status = ["answered"]', "rules.0.status.0: Input should be 'open'"),
        ('after = "4h"', 'after = "4"', 'rules.0.ladder.1.after: Value error, expected hours or days, such as "4h"'),
        ("level = 2", "level = 1", "rules.0: Value error, ladder: each step needs a level of its own"),
        ('language = ["ru"]', 'language = ["russian"]', "rules.0.language.0: String should match pattern"),
        ('severity = "severe"', 'severty = "severe"', "rules.0.severty: Extra inputs are not permitted"),
        ("[builtin.spike]", "[builtin.spikes]", "builtin.spikes.[key]: Input should be 'digest'"),
        ('to = ["boris"]', 'to = ["borys"]', "builtin.spike.to: no destination 'borys'"),
        ('person = "boris"', 'person = "borys"', "departments.kitchen.person: no person 'borys'; known are: anna"),
        ('places = ["nevsky"]\n[[pro', 'places = ["x"]\n[[pro', "departments.kitchen.places: no place 'x'"),
        ('owner = "anna"', 'owner = "ann"', "programmes.smile.owner: no person 'ann'"),
        ('deputy = "boris"', 'deputy = "borys"', "people.anna.deputy: no person 'borys'"),
        ("last = 2026-12-14", "last = 2026-11-14", "people.0.away.0: Value error, expected last not before first"),
        ('id = "kitchen-chat"', 'id = "anna"', "the id 'anna' stands twice"),
        ('id = "kitchen-chat"', 'id = "operator"', "the id 'operator' stands twice"),
        ('responsible = "anna"', 'responsible = "ann"', "places.nevsky.responsible: no person 'ann'"),
        ('technical = "boris"', 'technical = "bo"', "listings.app.technical: no person 'bo'"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = write(tmp_path, GOOD.replace(old, new, 1))
    assert old in GOOD
    with pytest.raises(ConfigurationError) as caught:
        load_watchlist(tmp_path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("(скор", "missing )"),
        ("(?=скор)", "invalid perl operator"),
        (r"(а)\\1", "invalid escape sequence"),
        (r"\\bскор", "ASCII letters alone"),
        ("а{5000}", "invalid repetition size"),
    ],
)
def test_a_pattern_that_cannot_run_in_bounded_time_is_refused_with_its_rule(
    tmp_path: Path, pattern: str, expected: str
) -> None:
    write(tmp_path, GOOD.replace("скор(ая|ую)", pattern))
    with pytest.raises(ConfigurationError) as caught:
        check(load_watchlist(tmp_path), "watchlist.toml")
    assert "watchlist.toml: rules.poison.pattern" in str(caught.value)
    assert expected in str(caught.value)


def test_new_people_leave_a_rule_as_it_is_and_new_conditions_make_another(tmp_path: Path) -> None:
    hashes = []
    for old, new in (("", ""), ('people = ["department"]', 'people = ["anna"]'), ("stars = [1, 2]", "stars = [1, 3]")):
        write(tmp_path, GOOD.replace(old, new, 1) if old else GOOD)
        hashes.append(load_watchlist(tmp_path).rules[0].conditions_hash)
    assert hashes[0] == hashes[1] != hashes[2]
