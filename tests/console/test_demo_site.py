"""The demo's review site: shapes of its four sources, paging, nights, and nothing that acts."""

import json
import re
import socket
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from threading import enumerate as threads
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import Request, urlopen

import pytest

from console.demo.scenario import NIGHT_ONE, load_scenario
from console.demo.site import DemoSite
from console.demo.watchlist import write_home
from core.settings import load_settings
from core.watchlist import load_watchlist

NIGHTS = (1, 2, 3)


@pytest.fixture
def site():
    with DemoSite() as running:
        yield running


def get(url: str) -> tuple[int, str, str]:
    try:
        with urlopen(Request(url), timeout=5) as answer:  # noqa: S310  our own local site
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def get_json(url: str, status: int = 200) -> Any:
    code, kind, body = get(url)
    assert (code, kind) == (status, "application/json; charset=utf-8"), url
    return json.loads(body)


def steam_page(site: DemoSite, cursor: str = "*", **asked: Any) -> dict[str, Any]:
    question = {"appid": 4100770, "languages": ["all"], "filter": 1, "review_type": 0, "num_per_page": 100}
    query = urlencode({"input_json": json.dumps({**question, "cursor": cursor, **asked})})
    return get_json(f"{site.base_urls['steam']}/IUserReviewsService/GetAppReviews/v1/?{query}")["response"]


def steam_pages(site: DemoSite, **asked: Any) -> list[list[dict[str, Any]]]:
    pages, cursor = [], "*"
    while (page := steam_page(site, cursor, **asked))["reviews"]:
        pages.append(page["reviews"])
        assert page["cursor"] != cursor
        cursor = page["cursor"]
    assert page["cursor"] == cursor
    return pages


def amo_reviews(site: DemoSite, **query: Any) -> list[dict[str, Any]]:
    url: str | None = f"{site.base_urls['amo']}/api/v5/ratings/rating/?" + urlencode(
        {"addon": "zhyva-polytsia", **query}
    )
    found: list[dict[str, Any]] = []
    while url:
        page = get_json(url)
        found += page["results"]
        url = page["next"]
    assert page["count"] == len(found)
    return found


def topic_ids(site: DemoSite, path: str = "/c/vidhuky/5.json") -> list[int]:
    found, number = [], 0
    while True:
        listed = get_json(f"{site.base_urls['discourse']}{path}?order=created&page={number}")["topic_list"]
        found += [topic["id"] for topic in listed["topics"]]
        if "more_topics_url" not in listed:
            return found
        number += 1


def topic(site: DemoSite, number: int) -> list[dict[str, Any]]:
    base = site.base_urls["discourse"]
    answer = get_json(f"{base}/t/{number}.json")
    posts = answer["post_stream"]["posts"]
    rest = [post for post in answer["post_stream"]["stream"] if post not in {p["id"] for p in posts}]
    if rest:
        query = urlencode({"post_ids[]": rest}, doseq=True)
        posts += get_json(f"{base}/t/{number}/posts.json?{query}")["post_stream"]["posts"]
    assert [post["post_number"] for post in posts] == list(range(1, answer["posts_count"] + 1))
    return posts


def feed_pages(site: DemoSite, target: str) -> list[list[dict[str, Any]]]:
    country, app = target.split("/")
    pages = []
    for number in range(1, 11):
        path = f"/{country}/rss/customerreviews/page={number}/id={app}/sortby=mostrecent/json"
        entries = get_json(site.base_urls["app_store"] + path)["feed"].get("entry", [])
        pages.append([entries] if isinstance(entries, dict) else entries)
    return pages


def shown(listing_id: str, night: int) -> list[str]:
    return [review.id for review in load_scenario().shown(listing_id, night, NIGHT_ONE)]


def test_steam_shape(site):
    page = steam_page(site)
    assert page["total_matching"] == 12
    assert page["query_summary"]["total_positive"] + page["query_summary"]["total_negative"] == 12
    review = next(r for r in page["reviews"] if r["recommendationid"] == "214000110")
    assert review["voted_up"] is False
    assert review["developer_response"].startswith("Здравствуйте")
    assert review["timestamp_dev_responded"] == int((NIGHT_ONE - timedelta(days=2, hours=2)).timestamp())
    assert review["timestamp_created"] == review["timestamp_updated"]
    assert review["author"].keys() >= {"steamid", "playtime_forever", "playtime_at_review", "last_played"}
    assert "developer_response" not in page["reviews"][0]


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_steam_cursors_reach_every_review_newest_first(site, night, size):
    site.set_night(night)
    pages = steam_pages(site, num_per_page=size)
    if night == 2:
        assert pages.pop() == pages[-1]
    assert all(len(page) <= size for page in pages)
    found = [review["recommendationid"] for page in pages for review in page]
    assert found == shown("polar-owl-game", night)
    times = [review["timestamp_created"] for page in pages for review in page]
    assert times == sorted(times, reverse=True)


def test_steam_filters(site):
    assert all(not review["voted_up"] for page in steam_pages(site, review_type=2) for review in page)
    assert steam_page(site, appid=1)["total_matching"] == 0


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize("size", [2, 50])
def test_amo_pages_reach_every_rating(site, night, size):
    site.set_night(night)
    found = amo_reviews(site, page_size=size)
    assert [str(rating["id"]) for rating in found] == shown("zhyva-polytsia-addon", night)


def test_amo_shape(site):
    page = get_json(site.base_urls["amo"] + "/api/v5/ratings/rating/?addon=zhyva-polytsia&show_grouped_ratings=true")
    assert page.keys() >= {"count", "next", "previous", "results", "page_size", "grouped_ratings"}
    assert sum(page["grouped_ratings"].values()) == page["count"]
    rating = next(r for r in amo_reviews(site) if r["id"] == 1900402)
    assert rating["score"] == 1
    assert rating["reply"]["is_developer_reply"] is True
    assert rating["reply"].keys().isdisjoint({"score", "reply", "version"})
    assert datetime.fromisoformat(rating["reply"]["created"]) == NIGHT_ONE - timedelta(days=51, hours=3)
    assert next(r for r in amo_reviews(site) if r["id"] == 1900409)["body"] is None
    assert get_json(site.base_urls["amo"] + "/api/v5/ratings/rating/1900402/") == rating
    assert [r["score"] for r in amo_reviews(site, score="1,2")] == [1, 1, 1]
    assert all(r["body"] for r in amo_reviews(site, filter="without_empty_body"))


def test_amo_says_what_is_wrong(site):
    base = site.base_urls["amo"] + "/api/v5/ratings/rating/"
    assert get_json(base, 400)["detail"]
    assert get_json(base + "?addon=unknown", 404) == {"detail": "Not found."}
    assert get_json(base + "?addon=zhyva-polytsia&page=99", 404) == {"detail": "Invalid page."}
    assert get_json(base + "5/", 404) == {"detail": "Not found."}


def test_a_deleted_rating_is_gone_by_id_and_from_the_list(site):
    path = "/api/v5/ratings/rating/1900406/"
    assert get_json(site.base_urls["amo"] + path)["score"] == 1
    site.set_night(2)
    assert get_json(site.base_urls["amo"] + path, 404) == {"detail": "Not found."}
    assert 1900406 not in [rating["id"] for rating in amo_reviews(site)]


@pytest.mark.parametrize("night", [1, 3])
def test_discourse_lists_every_topic_once(site, night):
    site.set_night(night)
    assert [str(number) for number in topic_ids(site)] == shown("zhyva-polytsia-forum", night)
    assert topic_ids(site, "/latest.json") == [*topic_ids(site), 7]
    assert topic_ids(site, "/c/vidhuky/5/l/latest.json") == topic_ids(site)


def test_discourse_reply_lies_behind_the_first_posts(site):
    posts = topic(site, 49)
    assert len(posts) == 7
    assert [post["staff"] for post in posts] == [False] * 6 + [True]
    assert posts[6]["primary_group_name"] == "team"
    assert len(get_json(site.base_urls["discourse"] + "/t/49.json")["post_stream"]["posts"]) == 5


def test_discourse_edit_raises_the_version(site):
    assert topic(site, 55)[0]["version"] == 1
    site.set_night(3)
    post = topic(site, 55)[0]
    assert post["version"] == 2
    assert post["updated_at"] > post["created_at"]
    assert get_json(site.base_urls["discourse"] + "/t/999.json", 404)["error_type"] == "not_found"


def test_the_forum_shows_a_captcha_on_night_two_and_is_back_on_night_three(site):
    base = site.base_urls["discourse"]
    site.set_night(2)
    for path in ("/latest.json", "/c/vidhuky/5.json", "/t/57.json", "/t/57/posts.json?post_ids[]=5701"):
        code, kind, body = get(base + path)
        assert (code, kind) == (200, "text/html; charset=utf-8")
        assert "captcha" in body
    assert get(base + "/robots.txt")[0] == 200
    site.set_night(3)
    assert topic(site, 57)[1]["staff"] is True


def test_app_store_shape(site):
    pages = feed_pages(site, "ru/1660200301")
    app, newest = pages[0][0], pages[0][1]
    assert "im:rating" not in app
    assert newest["im:rating"] == {"label": "5"}
    assert newest["id"] == {"label": "9100000211"}
    assert newest["content"]["attributes"] == {"type": "text"}
    updated = datetime.fromisoformat(newest["updated"]["label"])
    assert updated.utcoffset() == timedelta(hours=-7)
    assert updated == NIGHT_ONE - timedelta(days=1, hours=4)
    assert newest["author"]["name"]["label"] == "Пять звёзд чтобы заметили"
    deep = site.base_urls["app_store"] + "/ru/rss/customerreviews/page=11/id=1660200301/sortby=mostrecent/json"
    assert get(deep)[0] == 400


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize(
    ("listing_id", "target"), [("polar-owl-app", "ru/1660200301"), ("zhyva-polytsia-app", "ua/1660200402")]
)
def test_app_store_pages_reach_every_review(site, night, listing_id, target):
    site.set_night(night)
    pages = feed_pages(site, target)
    entries = [entry["id"]["label"] for page in pages for entry in page if "im:rating" in entry]
    assert entries == shown(listing_id, night)
    assert sum(bool(page) for page in pages) >= 2


def test_nights_differ_as_the_scenario_says(site):
    assert site.nights == (NIGHT_ONE, NIGHT_ONE + timedelta(days=1), NIGHT_ONE + timedelta(days=4))
    news = {night: Counter((item.listing_id, item.what) for item in site.set_night(night)) for night in NIGHTS}
    assert not news[1]
    assert news[2]["polar-owl-game", "reply_removed"] == 1
    assert news[2]["polar-owl-game", "repeated_page"] == 1
    assert news[2]["zhyva-polytsia-addon", "deleted"] == 1
    assert news[2]["zhyva-polytsia-forum", "captcha"] == 1
    assert news[3]["zhyva-polytsia-addon", "edited"] == 1
    assert news[3]["polar-owl-game", "rating_changed"] == 1
    for listing in load_scenario().listings:
        for night in (2, 3):
            assert news[night][listing.id, "new"] >= 1
    with pytest.raises(ValueError, match="nights 1 to 3"):
        site.set_night(4)


def test_a_removed_reply_stays_away_and_a_late_one_arrives(site):
    replied = {}
    for night in NIGHTS:
        site.set_night(night)
        reviews = [review for page in steam_pages(site) for review in page]
        replied[night] = {r["recommendationid"] for r in reviews if "developer_response" in r}
    assert "214000110" in replied[1]
    assert "214000110" not in replied[2] | replied[3]
    assert "214000109" not in replied[1]
    assert "214000109" in replied[2] & replied[3]


def test_the_customer_edits_after_the_reply(site):
    site.set_night(2)
    before = get_json(site.base_urls["amo"] + "/api/v5/ratings/rating/1900408/")
    site.set_night(3)
    after = get_json(site.base_urls["amo"] + "/api/v5/ratings/rating/1900408/")
    assert before["reply"] is not None
    assert before["reply"] == after["reply"]
    assert before["body"] != after["body"]


@pytest.mark.parametrize("night", NIGHTS)
def test_every_review_has_a_page_and_nothing_on_it_acts(site, night):
    site.set_night(night)
    for source, base in site.base_urls.items():
        index = get(base + "/")
        assert index[:2] == (200, "text/html; charset=utf-8")
        links = re.findall(r'<a href="([^"]+)">20', index[2])
        listings = load_scenario().on_source(source)
        assert len(links) == sum(len(shown(listing.id, night)) for listing in listings)
        bodies = [index[2]]
        for link in links:
            code, _, body = get(base + link.replace("&amp;", "&"))
            assert code == 200, link
            bodies.append(body)
        for body in bodies:
            assert not re.search(r"<(script|img|iframe|b |a href=\"javascript)", body, re.IGNORECASE)
            assert "onerror=alert(1)>" not in body


def test_hostile_texts_are_there_but_escaped(site):
    site.set_night(3)
    body = get(site.base_urls["amo"] + "/firefox/addon/zhyva-polytsia/reviews/1900412/")[2]
    assert "&lt;script&gt;alert(&#x27;otklik&#x27;)&lt;/script&gt;" in body
    assert "&lt;b onmouseover=alert(1)&gt;bob" in body
    raw = get_json(site.base_urls["amo"] + "/api/v5/ratings/rating/1900412/")
    assert "<script>" in raw["body"]
    everything = " ".join(
        f"{review.story.author} {review.story.title} {review.text}"
        for listing in load_scenario().listings
        for review in load_scenario().shown(listing.id, 3, NIGHT_ONE)
    )
    for trap in ("\x1b[31m", "=CMD|", "=1+1", "@everyone", "\u202e", "](javascript:", "DROP TABLE", "{{7*7}}"):
        assert trap in everything
    for secret in ("+7 900 000-12-34", "vadim.test@example.org", "4111 1111 1111 1111", "+380 50 000 00 00"):
        assert secret in everything
    assert max(len(word) for word in everything.split()) > 100


def test_the_forum_escapes_its_posts_as_a_real_one_does(site):
    site.set_night(3)
    assert "&lt;iframe src=" in topic(site, 66)[0]["cooked"]
    assert "<iframe" not in topic(site, 66)[0]["cooked"]


def test_robots_allow_what_is_asked_for(site):
    for base in site.base_urls.values():
        code, kind, body = get(base + "/robots.txt")
        assert (code, kind) == (200, "text/plain; charset=utf-8")
        assert body.startswith("User-agent: *\n")
        assert "Disallow: /\n" not in body


def test_unknown_addresses_and_other_methods_are_refused(site, capfd):
    base = site.base_urls["steam"]
    assert get(base + "/nothing")[0] == 404
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(base + "/", data=b"night=3", method="POST"), timeout=5)  # noqa: S310
    assert refused.value.code == 501
    refused.value.close()
    assert capfd.readouterr() == ("", "")


def test_it_starts_again_on_the_same_ports_and_stops_cleanly():
    before = {thread.name for thread in threads()}
    with DemoSite() as site:
        ports, base = site.ports, site.base_urls["steam"]
        assert len(set(ports.values())) == 4
        with pytest.raises(RuntimeError, match="already running"):
            site.start()
        site.set_night(2)
    assert {thread.name for thread in threads() if thread.name.startswith("demo-")} <= before
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", urlsplit(base).port), timeout=1):
        pass
    with DemoSite(ports=ports) as again:
        assert again.ports == ports
        with pytest.raises(OSError, match="in use"):
            DemoSite(ports=ports).start()
    again.stop()


def test_the_home_folder_is_valid(site, tmp_path: Path):
    home = tmp_path / "otklik demo"
    write_home(home, site.base_urls, year=site.night_one.year)
    write_home(home, site.base_urls, year=site.night_one.year)
    watchlist, settings = load_watchlist(home), load_settings(home)
    told = [(item.id, item.source, item.company) for item in watchlist.listings]
    assert told == [(item.id, item.source, item.company) for item in load_scenario().listings]
    for listing, shelf in zip(watchlist.listings, load_scenario().listings, strict=True):
        if listing.source == "discourse":
            assert shelf.target == f"vidhuky/{listing.options['category']}"
        else:
            assert listing.target == shelf.target
        assert listing.base_url == site.base_urls[listing.source]
        assert listing.responsible
        assert listing.escalation == "anna"
        assert listing.place
    assert {person.timezone for person in watchlist.people} == {"Europe/Moscow", "Europe/Kyiv"}
    assert sum(person.quiet_from is not None for person in watchlist.people) == 1
    assert all([channel.url for channel in person.channels] == ["terminal://"] for person in watchlist.people)
    assert watchlist.calendars["ukraine"].free_days
    assert settings.crawl.delay == 0
    assert settings.crawl.contact
    assert watchlist.person(settings.alerts.operator or "") is not None
