"""Keys: where they come from, that they go nowhere but to their API, and that they are struck out of texts."""

import base64
import json
import logging
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest

from spiders.engine import secrecy
from spiders.engine.credentials import AppleAuth, CredentialsError, GoogleAuth, HeaderAuth, Keys
from spiders.engine.quota import Quota, TokenBucket, bucket_path
from spiders.engine.refusals import explained
from spiders.engine.signing import check_address
from spiders.engine.source import SourceInfo

SOURCE = SourceInfo(name="shop", title="Shop", secret={"SHOP_KEY": "the key"})


def test_a_key_comes_from_the_environment_or_from_a_file_outside_the_home(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "secret"
    home.mkdir()
    outside.write_text("from-a-file-1\n")
    assert Keys(SOURCE, {"SHOP_KEY": "from-the-air-1"}, home=home).get("SHOP_KEY") == "from-the-air-1"
    assert Keys(SOURCE, {"SHOP_KEY_FILE": str(outside)}, home=home).get("SHOP_KEY") == "from-a-file-1"
    assert Keys(SOURCE, {"SHOP_KEY_TWO": "of-the-second"}, "two", home).get("SHOP_KEY") == "of-the-second"
    (home / "key").write_text("inside-the-home")
    (tmp_path / "link").symlink_to(home / "key")
    for path in (home / "key", tmp_path / "link"):
        with pytest.raises(CredentialsError, match="must not lie in the home folder"):
            Keys(SOURCE, {"SHOP_KEY_FILE": str(path)}, home=home).get("SHOP_KEY")
    with pytest.raises(CredentialsError, match=r"SHOP_KEY is not set in the environment \(the key\)"):
        Keys(SOURCE, {}, home=home).get("SHOP_KEY")
    with pytest.raises(CredentialsError, match="SHOP_KEY_FILE cannot be read"):
        Keys(SOURCE, {"SHOP_KEY_FILE": str(tmp_path / "none")}).get("SHOP_KEY")
    with pytest.raises(CredentialsError, match=r"options\.account"):
        Keys(SOURCE, {}, "../x")


def test_no_message_shows_a_key_that_is_none() -> None:
    for wrong in ("planted-broken-{", '"planted-a-text"', '["planted-a-list"]'):
        with pytest.raises(CredentialsError) as caught:
            Keys(SOURCE, {"SHOP_KEY": wrong}).json("SHOP_KEY")
        assert "planted" not in str(caught.value)
    with pytest.raises(CredentialsError) as caught:
        AppleAuth(key="planted-no-pem", key_id="k", issuer="i", audience="a").headers()
    assert "planted" not in str(caught.value)
    info = {"type": "service_account", "private_key": "planted-no-pem", "client_email": "a@b", "token_uri": "http://x"}
    with pytest.raises(CredentialsError) as caught:
        GoogleAuth(info, scopes=("x",), name="SHOP_KEY")
    assert "planted" not in str(caught.value)
    with pytest.raises(CredentialsError, match="must be one line"):
        HeaderAuth("me", {"Api-Key": "planted\r\nX: 1"})


def test_what_was_learnt_is_struck_out_in_every_form() -> None:
    key = "p1anted/key+with=signs"
    secrecy.learn(key)
    forms = (key, quote(key, safe=""), base64.b64encode(key.encode()).decode(), f"?x=1&key={key}&y=2")
    for form in forms:
        assert key not in secrecy.scrub(f"before {form} after")
        assert form not in secrecy.scrub(f"before {form} after")
    assert secrecy.scrub_known(f"\xff {key}".encode("latin-1")) == b"\xff ***"
    secrecy.learn(
        json.dumps({"type": "service_account", "client_email": "robot@x", "private_key": "A" * 30 + "\nBBBBBBBB"})
    )
    assert secrecy.scrub("robot@x says BBBBBBBB") == "robot@x says ***"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /a?apikey=unknown99&page=2", "GET /a?apikey=***&page=2"),
        ("Authorization: Bearer abcdefgh.12345678", "Authorization: ***"),
        ("bearer abcdefgh12345678 refused", "bearer *** refused"),
        ("token eyJhbGciOiJFUzI1.eyJpc3MiOiJwbGFu.c2ln ends", "token *** ends"),
        ("?token=page-7 of a list stays", "?token=page-7 of a list stays"),
        ("Ключ под ковриком", "Ключ под ковриком"),
    ],
)
def test_what_stands_where_keys_stand_is_struck_out_unknown(text: str, kept: str) -> None:
    assert secrecy.scrub(text) == kept


def test_logs_and_tracebacks_are_written_without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    secrecy.learn("planted-in-a-log")
    secrecy.guard_errors()
    handler = logging.StreamHandler()
    logger = logging.Logger("of this test")
    logger.addHandler(handler)
    try:
        raise ValueError("planted-in-a-log")
    except ValueError:
        logger.exception("it said %s", "planted-in-a-log")
    sys.stderr.write("half a line: planted-in-")
    sys.stderr.write("a-log")
    sys.stderr.flush()
    assert "planted" not in written.getvalue()
    assert "half a line: ***" in written.getvalue()


def test_a_key_goes_to_its_own_address_only() -> None:
    check_address("https://api.shop.example/a", "https://api.shop.example")
    check_address("http://127.0.0.1:81/a", "http://127.0.0.1:81")
    for url, base in (
        ("https://evil.example/a", "https://api.shop.example"),
        ("http://api.shop.example/a", "https://api.shop.example"),
        ("https://api.shop.example:444/a", "https://api.shop.example"),
        ("http://api.shop.example/a", "http://api.shop.example"),
        ("http://127.0.0.1:82/a", "http://127.0.0.1:81"),
    ):
        with pytest.raises(CredentialsError, match="not sent"):
            check_address(url, base)


@pytest.mark.parametrize("quota", [Quota(200, 3600, 100), Quota(9, 1, 6), Quota(1, 1, 1), Quota(300, 60, 20)])
def test_a_bucket_never_gives_more_than_the_quota_in_any_window(quota: Quota, tmp_path: Path) -> None:
    now = 1000.0
    path = tmp_path / "bucket.json"
    sent: list[float] = []
    for _ in range(quota.calls * 3):
        now += TokenBucket(quota, path, clock=lambda moment=now: moment).take()
        sent.append(now)
    for first, last in zip(sent, sent[quota.calls :], strict=False):
        assert last - first >= quota.seconds - 1e-6
    assert sent[min(quota.burst, quota.calls) - 1] == pytest.approx(1000.0), "a burst goes at once"


def test_a_bucket_is_shared_paused_and_survives_a_torn_file_and_a_clock_put_back(tmp_path: Path) -> None:
    quota, path = Quota(10, 10, 1), bucket_path(tmp_path, "shop", "me")
    assert TokenBucket(quota, path, clock=lambda: 100.0).take() == 0
    assert TokenBucket(quota, path, clock=lambda: 100.0).take() == pytest.approx(10 / 9)
    TokenBucket(quota, path, clock=lambda: 200.0).pause(60)
    assert TokenBucket(quota, path, clock=lambda: 200.0).take(longest=5) == pytest.approx(60)
    assert TokenBucket(quota, path, clock=lambda: 0.0).take() == pytest.approx(60)
    path.write_text('{"due": 1')
    assert TokenBucket(quota, path, clock=lambda: 300.0).take() == 0
    assert "me" not in path.name.removeprefix("shop-").split(".")[0] or len(path.stem) == len("shop-") + 16


def test_a_refusal_names_code_meaning_and_words_in_one_line() -> None:
    body = json.dumps({"code": 7, "message": "Company has no plan\nKey: Bearer abcdefgh12345678"}).encode()
    said = explained("Shop", 403, body, {}, {"no plan": "the plan does not include reviews"})
    assert said.startswith("Shop refuses (403): the plan does not include reviews; it says: Company has no plan")
    assert "\n" not in said
    assert "abcdefgh12345678" not in said
    late = explained(
        "Shop", 401, b"", {"date": "Sun, 01 Nov 2026 10:00:00 GMT"}, now=datetime(2026, 11, 1, 9, 15, tzinfo=UTC)
    )
    assert "this machine's clock is 45 minutes behind the server's" in late
    assert "asks to wait 30 s" in explained("Shop", 429, b"<html>", {"Retry-After": "30"})
