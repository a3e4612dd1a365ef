"""Keys from the command line: what they open, written for approval; and whether they work."""

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from console.main import app
from core.watchlist import load_watchlist
from tests.spiders.apis.app_store_connect_server import APP, AppStoreConnect
from tests.spiders.apis.google_business_server import GoogleBusiness
from tests.spiders.apis.google_play_console_server import PACKAGE, GooglePlayConsole
from tests.spiders.apis.scenario import MONTH, START, Month

FIRM = b"""# whom we watch\r
[[companies]]
id = "firm"
name = "\xd0\xa4\xd0\xb8\xd1\x80\xd0\xbc\xd0\xb0"   # a comment that stays
"""


def call(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def firm(home: Path, more: str = "") -> Path:
    (home / "watchlist.toml").write_bytes(FIRM + more.encode())
    return home


def test_what_a_key_opens_is_appended_switched_off_and_only_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = firm(tmp_path)
    with GoogleBusiness(Month.read(MONTH)) as server:
        monkeypatch.setenv("GOOGLE_BUSINESS_CREDENTIALS", server.consent)
        words = ("listings", "discover", "google_business", "--base-url", server.url)
        shown = call(home, *words, "--dry-run")
        assert shown.exit_code == 0, shown.output
        assert (home / "watchlist.toml").read_bytes() == FIRM
        done = call(home, *words, "--format", "json")
        assert done.exit_code == 0, done.output
        assert [row["target"] for row in json.loads(done.stdout)] == [
            "accounts/11/locations/22",
            "accounts/11/locations/33",
        ]
        text = (home / "watchlist.toml").read_bytes()
        assert text.startswith(FIRM)
        again = call(home, *words)
        assert again.exit_code == 0
        assert (home / "watchlist.toml").read_bytes() == text
    listings = load_watchlist(home).listings
    assert [(one.id, one.enabled, one.company) for one in listings] == [
        ("google_business-22", False, "firm"),
        ("google_business-33", False, "firm"),
    ]
    assert "Псков" in text.decode()


@pytest.mark.parametrize(
    ("server_class", "source", "variable", "key", "targets"),
    [
        (GooglePlayConsole, "google_play_console", "GOOGLE_PLAY_CREDENTIALS", "service_account", [PACKAGE]),
        (AppStoreConnect, "app_store_connect", "APP_STORE_CONNECT_KEY", "private_key", [APP, "1234567891"]),
    ],
)
def test_apps_are_found_too(
    server_class: type, source: str, variable: str, key: str, targets: list[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    home = firm(tmp_path)
    with server_class(Month.read(MONTH)) as server:
        for name, value in getattr(server, "environment", {}).items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv(variable, getattr(server, key))
        done = call(home, "listings", "discover", source, "--base-url", server.url)
    assert done.exit_code == 0, done.output
    assert [one.target for one in load_watchlist(home).listings] == targets


def test_a_watchlist_that_cannot_take_entries_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = firm(tmp_path)
    inline = b"listings = []\n" + FIRM
    (home / "watchlist.toml").write_bytes(inline)
    with GoogleBusiness(Month.read(MONTH)) as server:
        monkeypatch.setenv("GOOGLE_BUSINESS_CREDENTIALS", server.consent)
        done = call(home, "listings", "discover", "google_business", "--base-url", server.url)
    assert done.exit_code == 1
    assert "lay them in yourself" in str(done.exception)
    assert 'target = "accounts/11/locations/22"' in str(done.exception)
    assert (home / "watchlist.toml").read_bytes() == inline
    assert tomllib.loads(inline.decode())["listings"] == []


def test_the_doctor_says_what_the_answer_of_each_api_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from console.checkup import examine
    from core.home import Home

    listing = '\n[[listings]]\nid = "app"\nsource = "app_store_connect"\ncompany = "firm"\n'
    with AppStoreConnect(Month.read(MONTH, "20 00:00 refuses scope")) as server:
        server.now = START.replace(day=12)
        home = firm(tmp_path, f'{listing}target = "{APP}"\nbase_url = "{server.url}"\n')
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        found = {finding.what: finding for finding in examine(Home(home))}
        assert found["key of app_store_connect"].verdict == "fine"
        assert "App Store Connect answers: 8 reviews" in found["key of app_store_connect"].advice
        assert [call.status for call in server.calls] == [500, 429, 200], "it tries again, and asks for one page"
        examine(Home(home), offline=True)
        assert len(server.calls) == 3
        server.now = START.replace(day=21)
        found = {finding.what: finding for finding in examine(Home(home))}
        assert found["key of app_store_connect"].verdict == "mend"
        assert "the key's role does not allow this" in found["key of app_store_connect"].advice
        monkeypatch.delenv("APP_STORE_CONNECT_KEY_ID")
        found = {finding.what: finding for finding in examine(Home(home))}
        assert "APP_STORE_CONNECT_KEY_ID (its key id)" in found["key of app_store_connect"].advice
