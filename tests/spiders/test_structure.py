"""What holds for every source, also for those that are written later, and for Scrapy's own commands."""

import ast
import importlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
from scrapy.settings import Settings

from core.records import Review
from spiders.engine import settings as engine_settings
from spiders.engine.crawl import sources
from spiders.engine.loader import SourceLoader
from spiders.engine.settings import job_settings
from spiders.engine.spider import ReviewSpider
from tests.spiders.loopback import Site, rating, ratings

ROOT = Path(__file__).resolve().parents[2]
NAMES = SourceLoader().list()
FORBIDDEN = {
    "dont_obey_robotstxt",
    "allow_offsite",
    "dont_retry",
    "max_retry_times",
    "download_slot",
    "download_delay",
    "custom_settings",
    "handle_httpstatus_all",
    "cookies",
    "headers",
    "User-Agent",
    "user_agent",
    "dont_filter",
    "autothrottle_dont_adjust_delay",
}


def scrapy(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True)


def test_sources_are_found() -> None:
    assert {"steam", "amo", "discourse"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_spider_declares_itself_and_leaves_the_rest_to_the_engine(name: str) -> None:
    spider = SourceLoader().load(name)
    assert issubclass(spider, ReviewSpider)
    assert spider.__module__ == f"spiders.{name}"
    assert not spider.custom_settings
    for taboo in ("start", "start_requests", "parse", "update_settings", "from_crawler", "begin", "download_delay"):
        assert taboo not in vars(spider), f"{name} takes over {taboo}, which is the engine's"
    assert spider.source == sources()[name].model_copy(update={"by_id": False})
    assert spider.source.access in ("robots", "api")


@pytest.mark.parametrize("name", NAMES)
def test_a_sources_file_names_nothing_that_weakens_politeness(name: str) -> None:
    tree = ast.parse((ROOT / "spiders" / f"{name}.py").read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    words |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    words |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    words |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not words & FORBIDDEN


@pytest.mark.parametrize("name", sources())
def test_a_declaration_says_all_that_people_ask(name: str) -> None:
    info = sources()[name]
    assert info.title
    assert info.legal_basis.endswith(".")
    assert info.access != "api" or info.terms_url.startswith("https://")
    assert info.live is (info.access != "none") or name == "app_store", "what is not crawled is asked for nothing"
    assert not info.shows_reply_time or info.shows_reply
    assert info.live or info.kinds, "neither crawled nor imported"
    assert (name in NAMES) is bool(info.base_url or info.live)


@pytest.mark.parametrize("name", sources())
def test_a_declaration_read_from_the_file_is_the_modules(name: str) -> None:
    module = importlib.import_module(f"spiders.{name}")
    spider = SourceLoader().load(name) if name in NAMES else None
    by_id = spider is not None and spider.look_up is not ReviewSpider.look_up
    assert sources()[name] == module.SOURCE.model_copy(update={"by_id": by_id})
    assert not sources()[name].kinds or (callable(module.find) and callable(module.parse_review))


@pytest.mark.parametrize("name", sources())
def test_a_source_that_only_imports_needs_no_scrapy(name: str) -> None:
    text = (ROOT / "spiders" / f"{name}.py").read_text(encoding="utf-8")
    assert name in NAMES or not re.search(r"^(?:from|import) (?:scrapy|twisted)", text, re.MULTILINE)


def test_leaf_files_stay_small() -> None:
    lengths = [len((ROOT / "spiders" / f"{name}.py").read_text(encoding="utf-8").splitlines()) for name in sources()]
    assert statistics.median(lengths) < 60


def test_reading_the_declarations_is_quick_and_needs_no_scrapy() -> None:
    code = "import sys; from spiders.engine.crawl import sources; sources(); assert 'scrapy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    started = time.perf_counter()
    sources()
    assert time.perf_counter() - started < 1


def test_the_settings_keep_what_was_promised() -> None:
    settings = Settings()
    settings.setmodule(engine_settings)
    assert settings.getbool("ROBOTSTXT_OBEY")
    assert settings.getfloat("DOWNLOAD_DELAY") >= 3
    assert settings.getfloat("DOWNLOAD_DELAY_JITTER") == 0
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert settings.getbool("AUTOTHROTTLE_ENABLED")
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    for switch in ("COOKIES_ENABLED", "TELNETCONSOLE_ENABLED", "REMOTE_CONTROL_ENABLED", "HTTPCACHE_ENABLED"):
        assert not settings.getbool(switch)
    assert settings["REFERRER_POLICY"] == "no-referrer"
    assert settings["USER_AGENT"].startswith("Otklik/")
    from core.settings import CrawlSettings

    assert "ROBOTSTXT_OBEY" not in job_settings(CrawlSettings())


def test_scrapy_lists_the_sources_and_nothing_else() -> None:
    assert scrapy("list").stdout.split() == NAMES


def test_scrapy_crawls_a_source_into_a_feed_of_reviews(site: Site, tmp_path: Path) -> None:
    site.script["/api/v5/ratings/rating/"] = ratings([[rating(1, body="Їжак"), rating(2)], [{"id": 3}]])
    feed = tmp_path / "out.jsonl"
    base = ["-a", "target=tabs", "-a", "listing_id=mine", "-a", f"base_url={site.base_url}"]
    done = scrapy("crawl", "amo", *base, "-s", "DOWNLOAD_DELAY=0", "-O", str(feed))
    rows = [Review.model_validate(json.loads(line)) for line in feed.read_text(encoding="utf-8").splitlines()]
    assert [(row.review_id, row.listing_id, row.text) for row in rows] == [
        ("1", "mine", "Їжак"),
        ("2", "mine", "Отзыв 2"),
    ]
    assert "1 quarantined" in done.stderr
    assert "Їжак" not in done.stderr


def test_scrapy_cannot_be_talked_out_of_robots_txt(site: Site, tmp_path: Path) -> None:
    site.script["/robots.txt"] = "User-agent: *\nDisallow: /"
    done = scrapy("crawl", "discourse", "-a", f"target={site.base_url}", "-s", "ROBOTSTXT_OBEY=False")
    assert site.pages() == []
    assert "blocked" in done.stderr


def test_no_module_of_the_room_works_at_import() -> None:
    code = (
        "import pkgutil, importlib, spiders, sys, os; before = set(os.listdir('.'));"
        "[importlib.import_module(m.name) for m in pkgutil.walk_packages(spiders.__path__, 'spiders.')];"
        "assert 'twisted.internet.reactor' not in sys.modules; assert set(os.listdir('.')) == before"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT / "spiders", env=environment, check=True)
