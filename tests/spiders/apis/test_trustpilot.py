"""A month of Trustpilot's API: the company's own reviews with tokens, and the public ones."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, TextResponse

from core.errors import ConfigurationError, OtklikError
from core.records import Coverage, CoverageStatus, ReplyState
from core.watchlist import Listing
from spiders.engine.client import ApiClient
from spiders.engine.credentials import CredentialsError
from spiders.engine.discovery import discover
from spiders.engine.job import CrawlJob
from spiders.engine.loader import load_spider
from spiders.engine.page import Page
from spiders.engine.probing import probe
from spiders.engine.replying import NotPostedError, Replier, UncertainError
from spiders.engine.signing import auth_of
from spiders.engine.source import sources
from tests.spiders.apis.month import crawl_month
from tests.spiders.apis.nights import Nights, check_month, leaks
from tests.spiders.apis.scenario import MONTH, START, State
from tests.spiders.apis.server import Call, Reply, opened
from tests.spiders.apis.trustpilot_server import OTHER, SECRET, TOKENS, UNIT, Trustpilot

SOURCE = "trustpilot"
PUBLIC = 'options = { reads = "public" }'
Read = tuple[Nights, Trustpilot, Mapping[int, Coverage]]


def shown_by_trustpilot(state: State) -> State:
    """The API shows a reply when it is published, and nothing before."""
    return state if state.reply_state == "published" else replace(state, reply=None, reply_state="none")


def open_server(
    patch: pytest.MonkeyPatch, *lines: str, hidden: frozenset[str] = frozenset(), kind: type[Trustpilot] = Trustpilot
) -> Trustpilot:
    return opened(patch, kind, *lines, hidden=hidden)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    """The whole month, thirty nights, of which three are pulses."""
    with pytest.MonkeyPatch.context() as patch, open_server(patch, MONTH, hidden=frozenset({"egor"})) as server:
        nights = Nights(tmp_path_factory.mktemp("month"), server, SOURCE, UNIT)
        yield nights, server, crawl_month(nights, range(2, 32), pulses=(11, 14, 23))


def test_every_event_of_a_month_is_the_truth(read: Read) -> None:
    nights, server, coverage = read
    assert len(coverage) == 30
    check_month(nights, coverage, shows=shown_by_trustpilot, blocked={19: "invalid or has expired"})
    assert {call.path for call in server.calls if call.query} == {f"/v1/private/business-units/{UNIT}/reviews"}
    assert not any("responded" in call.query for call in server.calls), "answered and unanswered come in one list"


def test_a_reported_review_is_still_the_companys(read: Read) -> None:
    nights, _, _ = read
    assert nights.column("reply_state")["egor"] == "published"
    assert set(nights.column("processed_flag").values()) == {None}, "the platform has no flag of its own"


def test_no_key_token_or_order_of_a_customer_is_written(read: Read) -> None:
    nights, server, _ = read
    assert len(server.tokens) >= 30
    assert leaks(nights, *server.planted, *server.tokens) == []
    kept = [(path, data) for path, data in nights.written() if not path.name.endswith(".warc.gz")]
    assert any(path.suffix == ".jsonl" for path, _ in kept)
    for private in (b"@customers.example", b"order-of-", b"tag-of-"):
        assert [path for path, data in kept if private in data] == []


def test_a_token_is_asked_for_once_a_crawl_and_again_where_it_is_refused(read: Read) -> None:
    _, server, coverage = read
    asked = [call for call in server.calls if call.path == TOKENS]
    assert len(asked) == len(coverage) + 1, "only the refused night asks for another"


def test_a_first_reading_reads_all_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{day} {hour:02}:00 writes r{day}-{hour} 5 Ура" for day in (1, 2, 3) for hour in range(10, 17)]
    with open_server(monkeypatch, *lines) as server:
        (look,) = crawl_month(Nights(tmp_path, server, SOURCE, UNIT), [9]).values()
        assert (look.collected, look.pages, look.is_full) == (21, 7, True), "six pages, and the empty one behind them"
        assert server.tokens
        assert len({call.headers["authorization"] for call in server.calls if call.path != TOKENS}) == 1


class Careless(Trustpilot):
    """Sends stars that are none, a status of its own, times without a zone, and repeats the keys wherever it can."""

    heard = ""

    def answer(self, call: Call) -> Reply:
        self.heard = f"{call.headers.get('authorization')} {call.headers.get('apikey')} {SECRET}"
        reply = super().answer(call)
        return Reply(reply.body, reply.status, {**reply.headers, "X-Echo": self.heard})

    def _review(self, state: State, is_private: bool) -> dict[str, object]:
        review = super()._review(state, is_private)
        if state.id == "boris":
            review |= {"stars": 9}
        review |= {"text": f"{state.text} {self.heard}"}
        return review | {"status": "new-word", "createdAt": str(review["createdAt"]).removesuffix("Z")}


def test_what_cannot_be_read_is_set_aside_without_the_customers_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH, kind=Careless) as server:
        nights = Nights(tmp_path, server, SOURCE, UNIT)
        coverage = crawl_month(nights, [4])[4]
        assert (coverage.status, coverage.collected, coverage.quarantined) == (CoverageStatus.ok, 3, 1)
        set_aside = [data for path, data in nights.written() if path.name.endswith(".quarantine.jsonl")]
        assert set_aside
        assert not any(b"@customers.example" in data or b"order-of-" in data for data in set_aside)
        assert leaks(nights, *server.planted, *server.tokens) == []
        posted = nights.column("posted_at")["anna"]
        assert str(posted) == "2026-11-02 10:00:00+00:00", "a time without a zone is UTC, as the reference says"


def test_the_public_list_is_read_without_what_was_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH, hidden=frozenset({"vera"})) as server:
        nights = Nights(tmp_path, server, SOURCE, UNIT, options=PUBLIC)
        coverage = crawl_month(nights, (3, 5, 8))
        assert [look.status for look in coverage.values()] == [CoverageStatus.ok] * 3
        assert "vera" not in nights.column("text")
        assert nights.events() == server.month.events(server.looks().items(), shows=shown_by_trustpilot)
        assert all("/private/" not in call.path for call in server.calls)


def test_a_new_company_is_no_failure_but_a_lost_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, "5 10:00 writes anna 5 Ура", "6 10:00 deletes anna") as server:
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, UNIT), (2, 6, 7))
    assert [look.status.value for look in coverage.values()] == ["ok", "ok", "short"]


def listing_at(server: Trustpilot) -> Listing:
    return Listing(id="here", source=SOURCE, company="firm", target=UNIT, base_url=server.url)


def test_the_doctor_asks_for_a_token_and_a_page_and_names_what_is_not_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, "1 10:00 writes anna 5 Ура") as server:
        server.now = START + timedelta(days=1)
        assert probe(listing_at(server), os.environ, tmp_path) == "Trustpilot answers: 1 reviews on the first page"
        assert len(server.calls) == 2, "a token and a page"
        reader = {name: value for name, value in server.environment.items() if "USER" not in name}
        assert "not set: TRUSTPILOT_BUSINESS_USER_ID (the user id" in probe(listing_at(server), reader, tmp_path)
        gone = listing_at(server).model_copy(update={"target": OTHER})
        with pytest.raises(OtklikError, match="check the listing's target"):
            probe(gone, os.environ, tmp_path)


def test_a_refusal_is_blocked_and_never_zero_reviews(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, "1 10:00 writes anna 5 Ура", "3 02:00 refuses plan") as server:
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, UNIT, retries=0), (2, 3))[3]
    assert (coverage.status, coverage.collected) == (CoverageStatus.blocked, 0)
    assert "that the plan includes the API" in str(coverage.error)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (Reply({"error": "invalid_client", "error_description": "No such"}, 401), CredentialsError, "is not accepted"),
        (Reply({"message": "Too many tokens"}, 429, {"Retry-After": "60"}), CredentialsError, "asks to wait 60 s"),
        (Reply({"message": "later"}, 503), OSError, "no token is issued now: the platform answers 503"),
        (Reply({}, 302, {"Location": "http://elsewhere.invalid/"}), CredentialsError, "answers \\(302\\)"),
        (Reply({"token": "none"}), CredentialsError, "what was answered is no token"),
        (Reply({"access_token": "two\nlines", "expires_in": "x"}), CredentialsError, "what was answered is no token"),
        (Reply([]), CredentialsError, "what was answered is no token"),
    ],
)
def test_why_no_token_is_issued_is_told(
    answer: Reply, error: type[Exception], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH) as server:
        auth = auth_of(sources()[SOURCE], listing_at(server), os.environ)
        assert server.calls == [], "no token is asked for before it is needed"
        server.grant_refusal = answer
        with pytest.raises(error, match=said) as caught:
            auth.headers()
        assert not any(planted in str(caught.value) for planted in server.planted)
        server.grant_refusal = None
        first = auth.headers()
        assert auth.headers() == first
        assert len(server.tokens) == 1, "one token serves until it ends"
        assert auth.renew()
        assert auth.headers() != first
    with pytest.raises(OSError, match="no token could be asked for"):
        auth_of(sources()[SOURCE], listing_at(server), os.environ).headers()


def test_a_token_that_is_refused_for_lack_of_its_service_fails_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH) as server:
        server.grant_refusal = Reply({"message": "later"}, 503)
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, UNIT, retries=0), [4])[4]
    assert (coverage.status, coverage.collected) == (CoverageStatus.failed, 0)
    assert "no token is issued now" in str(coverage.error)


def test_without_the_keys_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        monkeypatch.delenv("TRUSTPILOT_API_SECRET")
        monkeypatch.delenv("TRUSTPILOT_BUSINESS_USER_ID")
        coverage = crawl_month(Nights(tmp_path, server, SOURCE, UNIT), [4])[4]
        assert coverage.status is CoverageStatus.blocked
        assert "not set in the environment: TRUSTPILOT_API_SECRET (the API secret beside that key)" in str(
            coverage.error
        )
        assert "USER_ID" not in str(coverage.error), "it is only needed for replies"
        assert server.calls == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": "ogonek.example"}, "expected a business unit's id such as 507f191e810c19729de860ea, got 'ogonek"),
        ({"options": {"reads": "all"}}, "options.reads: expected private or public, got 'all'"),
    ],
)
def test_a_wrong_listing_is_told_before_anything_is_asked(
    changes: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, MONTH) as server:
        with pytest.raises(ConfigurationError, match=said):
            probe(listing_at(server).model_copy(update=changes), os.environ, tmp_path)
        assert server.calls == []


def test_what_is_optional_is_one_of_the_keys() -> None:
    for info in sources().values():
        assert set(info.optional) <= info.secret.keys()


class Mixed(Trustpilot):
    """Answers an error with status 200."""

    def answer(self, call: Call) -> Reply:
        return Reply({"message": "Something is wrong", "errorCode": 1})


def test_an_error_inside_200_is_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH, kind=Mixed) as server:
        with pytest.raises(OtklikError, match="something else than a page of reviews"):
            probe(listing_at(server), os.environ, tmp_path)
        client = ApiClient.of(sources()[SOURCE], listing_at(server), os.environ)
        with pytest.raises(OtklikError, match="something else than a review"):
            Replier(client, listing_at(server), "anna", tmp_path).look()


def test_a_reply_stands_in_the_users_name_and_its_refusals_are_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_server(monkeypatch, "1 10:00 writes anna 1 Плохо", hidden=frozenset({"anna"})) as server:
        server.now = START + timedelta(days=1)

        def replier(**environment: str) -> Replier:
            known = {**server.environment, **environment}
            client = ApiClient.of(sources()[SOURCE], listing_at(server), known)
            return Replier(client, listing_at(server), "anna", tmp_path)

        with pytest.raises(NotPostedError, match=r"USER_ID is not set in the environment \(the user id of the person"):
            replier(TRUSTPILOT_BUSINESS_USER_ID="").post("Здравствуйте")
        with pytest.raises(NotPostedError, match="check the business unit's id"):
            replier(TRUSTPILOT_BUSINESS_USER_ID="somebody-else").post("Здравствуйте")
        assert server.posted == []
        assert replier().look().reply_state is ReplyState.none
        replier().post("Здравствуйте")
        assert server.posted == [("anna", "Здравствуйте")]
        shown = replier().look()
        assert (shown.reply_state, shown.reply_text) == (ReplyState.published, "Здравствуйте")
        assert shown.reply_at == server.now
        with pytest.raises(NotPostedError, match="a reply stands there already"):
            replier().post("Ещё раз")
        assert len(server.posted) == 1


class Deaf(Trustpilot):
    """Takes a reply, and says that it failed."""

    def take_reply(self, review_id: str, text: str) -> bool:
        self.posted.append((review_id, text))
        raise ConnectionAbortedError


def test_a_reply_that_nobody_confirms_is_uncertain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, "1 10:00 writes anna 1 Плохо", kind=Deaf) as server:
        server.now = START + timedelta(days=1)
        client = ApiClient.of(sources()[SOURCE], listing_at(server))
        with pytest.raises(UncertainError, match="cannot be reached"):
            Replier(client, listing_at(server), "anna", tmp_path).post("Здравствуйте")
        assert len(server.posted) == 1, "it is not tried again"


def test_the_business_units_of_the_user_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        client = ApiClient.of(sources()[SOURCE], listing_at(server))
        assert discover(client) == [
            (UNIT, "Кафе «Огонёк», ogonek.example"),
            (OTHER, "Огонёк дома, dom.ogonek.example"),
        ]
        monkeypatch.delenv("TRUSTPILOT_BUSINESS_USER_ID")
        with pytest.raises(OtklikError, match="TRUSTPILOT_BUSINESS_USER_ID is not set"):
            discover(ApiClient.of(sources()[SOURCE], listing_at(server)))
    monkeypatch.undo()
    with (
        open_server(monkeypatch, MONTH, kind=Mixed) as server,
        pytest.raises(OtklikError, match="something else than business units"),
    ):
        discover(ApiClient.of(sources()[SOURCE], listing_at(server)))


def test_behind_the_last_page_that_is_given_nothing_is_called_gone(tmp_path: Path) -> None:
    listing = Listing(id="here", source=SOURCE, company="firm", target=UNIT)
    spider = load_spider(SOURCE)(job=CrawlJob(home_root=tmp_path, run_id="one", listing=listing))
    body = json.dumps({"links": [], "reviews": [{"id": "a"}]}).encode()

    def page(number: int) -> Page:
        request = Request("https://api.trustpilot.com/v1", meta={"number": number})
        return spider.parse_page(TextResponse(request.url, body=body, encoding="utf-8", request=request))

    following = page(999).next
    assert following is not None
    assert "page=1000&" in following.url
    spider.reading.page("x", ids=["a"], refused=0, listed=1, newest=None, oldest=None, total=None, next_url="y")
    assert page(1000).next is None
    spider.reading.page("y", ids=["b"], refused=0, listed=1, newest=None, oldest=None, total=None, next_url=None)
    assert not spider.reading.coverage(spider.clock()).is_full


def test_the_keys_of_a_second_account_bear_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_server(monkeypatch, MONTH) as server:
        second = listing_at(server).model_copy(update={"options": {"account": "second"}})
        with pytest.raises(CredentialsError, match=r"TRUSTPILOT_API_KEY_SECOND .*TRUSTPILOT_API_SECRET_SECOND"):
            ApiClient.of(sources()[SOURCE], second)
        named = {f"{name}_SECOND": value for name, value in server.environment.items()}
        assert len(discover(ApiClient.of(sources()[SOURCE], second, named))) == 2
