"""A mistake in a file of the home folder is reported with file, key and what was expected."""

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import load_settings
from core.watchlist import load_watchlist

GOOD = """
[[companies]]
id = "firm"
name = "Firm"
[[companies.places]]
id = "branch"
name = "Branch"
[[people]]
id = "anna"
name = "Anna"
calendar = "office"
[calendars.office]
free_days = [2026-01-01]
[[listings]]
id = "app"
source = "steam"
company = "firm"
place = "branch"
target = "480"
responsible = "anna"
"""


def test_a_good_watchlist_is_read(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(GOOD)
    watchlist = load_watchlist(tmp_path)
    listing = watchlist.listing("app")
    assert listing is not None
    assert listing.responsible == "anna"
    assert watchlist.calendar_of(watchlist.person("anna")).free_days[0].year == 2026
    assert watchlist.calendar_of(None).weekend == ("sat", "sun")


def test_absent_files_are_all_defaults(tmp_path: Path) -> None:
    assert load_watchlist(tmp_path).listings == ()
    assert load_settings(tmp_path).judging.threshold == pytest.approx(1 / 11)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('company = "firm"', 'company = "frim"', "listings.app.company: no company 'frim'; known are: firm"),
        ('place = "branch"', 'place = "brunch"', "listings.app.place: no place 'brunch'; known are: branch"),
        ('responsible = "anna"', 'responsible = "hanna"', "listings.app.responsible: no person 'hanna'"),
        ('calendar = "office"', 'calendar = "home"', "people.anna.calendar: no calendar 'home'"),
        ('target = "480"', 'taget = "480"', "listings.0.taget: Extra inputs are not permitted"),
        ('source = "steam"', "", "listings.0.source: Field required"),
        ('id = "anna"', 'id = "Anna K"', "people.0.id"),
        ('id = "firm"', "id = firm", "not valid TOML"),
        ('name = "Anna"', 'name = "Anna"\ntimezone = "Moscow"', "'Moscow' is no time zone"),
        ('name = "Anna"', 'name = "Anna"\nquiet_from = 21:00:00', "quiet_from and quiet_until belong together"),
        ('name = "Anna"', 'name = "Anna"\nchannels = []', "people.0.channels"),
    ],
)
def test_a_mistake_names_file_key_and_what_was_expected(tmp_path: Path, old: str, new: str, expected: str) -> None:
    path = tmp_path / "watchlist.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_watchlist(tmp_path)
    assert str(path) in str(caught.value)
    assert expected in str(caught.value)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_text(GOOD + '[[people]]\nid = "anna"\nname = "Other"\n')
    with pytest.raises(ConfigurationError, match="people: the id 'anna' stands twice"):
        load_watchlist(tmp_path)


def test_bytes_that_are_not_utf8_are_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "watchlist.toml").write_bytes('name = "Фирма"'.encode("cp1251"))
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        load_watchlist(tmp_path)
    (tmp_path / "otklik.toml").write_bytes(b'language = "\xff"')
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[judging]\nnegative_wait = 3", "judging.negative_wait: Extra inputs are not permitted"),
        ("[judging]\nnegative_weight = 0", "judging.negative_weight: Input should be greater than or equal to 1"),
        ('timezone = "Mars/Base"', "is no time zone"),
        ('language = "fr"', "language: Input should be 'ru', 'uk' or 'en'"),
        ("[judging.aspect_weight]\nrudeness = 2", "judging.aspect_weight.rudeness"),
        ("language = ", "not valid TOML"),
    ],
)
def test_a_wrong_knob_names_the_file_and_the_key(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "otklik.toml").write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(tmp_path)
    assert "otklik.toml" in str(caught.value)
    assert expected in str(caught.value)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "otklik.toml").write_text("[judging]\nnegative_weight = 4\nlow_rating = 0.5")
    monkeypatch.setenv("OTKLIK_JUDGING__NEGATIVE_WEIGHT", "20")
    judging = load_settings(tmp_path).judging
    assert (judging.negative_weight, judging.low_rating) == (20, 0.5)
