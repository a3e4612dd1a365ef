"""The stage: the real flows on a home folder of their own, with what lies outside taken over by the simulation.

Taken over are the spiders (`flows.collect.crawl`), the classifier (`flows.judging.models`) and the channels
(`alerts.channels.send`); publishing is left out. A patch whose target is gone is an error. The warehouse is a DuckDB
in memory that outlives its openings, or a file, so that a process can be killed.
"""

import asyncio
import os
import random
import shutil
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import alerts.channels
import alerts.wording
import flows.acts
import flows.collect
import flows.deliver
import flows.judging
import flows.nightly
import flows.pulse
import flows.receipts
import flows.retention
import warehouse.store
from benchmarks.simulation.post import Post
from benchmarks.simulation.town import SOURCES, Town
from benchmarks.simulation.world import Kind, World, rating_of, write_landing
from core.clock import frozen_clock
from core.home import Home
from core.records import Coverage, Prediction, Review
from core.settings import Settings
from core.watchlist import Watchlist, load_watchlist
from flows.collect import CrawlFailedError
from flows.job import Job
from flows.report import RunReport
from spiders.engine.source import SourceInfo
from warehouse import Warehouse
from warehouse.connecting import connect

P_NEGATIVE: dict[Kind, float] = {
    "severe": 0.95, "complaint": 0.9, "stars": 0.3, "doubtful": 0.3, "faint": 0.06, "praise": 0.01,
}  # fmt: skip
KILL_POINTS = (
    "ingest", "apply_cases", "plan_alerts", "claim_due", "record_delivery", "keep_acts", "finish_run", "release_held",
)  # fmt: skip
MOST_POINTS = 24
_TOLD_STEPS = {"judge": "judged", "cases": "handled"}


class Killed(BaseException):
    """This process is dead, as far as the simulation goes."""


@dataclass
class Mind:
    """What the classifier and the settings are at the moment."""

    model: str = "sim@1"
    negative_weight: float = 10.0
    faint: float = 0.06

    def p_negative(self, kind: Kind) -> float:
        """Return what the model says of words."""
        return self.faint if kind == "faint" else P_NEGATIVE[kind]

    def decide(self, kind: Kind) -> tuple[bool, bool]:
        """Tell whether words are a complaint, and whether a doubtful one: by stars, else by the threshold."""
        if kind == "stars":
            return True, False
        p = self.p_negative(kind)
        return p >= 1 / (1 + self.negative_weight), p < 0.5


@dataclass
class Stage:
    """One home folder and all that is played on it."""

    seed: int
    town: Town
    world: World
    root: Path
    is_file: bool
    """The warehouse is a file and kills are SIGKILL to a forked child; else memory, and kills are an exception."""
    mind: Mind = field(default_factory=Mind)
    now: datetime = field(init=False)
    post: Post = field(init=False)
    connection: Any = None
    left: int | None = None
    """Points that are passed before the kill; None never kills."""
    where: str = ""
    _watchlist: Watchlist = field(init=False)

    def __post_init__(self) -> None:
        """Make the home folder."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir(parents=True)
        (self.root / "watchlist.toml").write_text(self.town.watchlist(), encoding="utf-8")
        self._watchlist = load_watchlist(self.root)
        self.post = Post(self.seed, self.root / "events.jsonl", lambda: self.now)
        self.post.kill = self.point

    def job(self) -> Job:
        """Return the job of this moment."""
        settings = _settings(self.town.zone, self.mind.negative_weight)
        return Job(Home(self.root), settings, self._watchlist, frozen_clock(self.now), frozen=self.now)

    def point(self, name: str) -> None:
        """Pass a point at which the process may be killed."""
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            self.where = name
            if self.is_file:
                os.kill(os.getpid(), signal.SIGKILL)
            raise Killed(name)

    def run(self, kind: str, *, kill: int | None = None, **options: Any) -> RunReport | None:
        """Play one run of a flow and return its report, or None where it was killed."""
        self.left, self.where = kill, ""
        if kill is not None and self.is_file:
            return self._forked(kind, options)
        try:
            return self._play(kind, options)
        except Killed:
            return None
        finally:
            self.left = None

    def act(self, *arguments: Any, kill: int | None = None) -> Any:
        """Do one act of a person as the console would; None where that process was killed."""
        self.left = None if self.is_file else kill
        try:
            return flows.acts.act(self.job(), *arguments)
        except Killed:
            return None
        finally:
            self.left = None

    def _play(self, kind: str, options: dict[str, Any]) -> RunReport:
        flow = {"nightly": flows.nightly.nightly, "pulse": flows.pulse.pulse, "deliver": flows.deliver.deliver}[kind]
        return asyncio.run(flow(self.job(), _Steps(self.point, self.post), **options))

    def _forked(self, kind: str, options: dict[str, Any]) -> RunReport | None:
        answer = self.root / "answer.json"
        answer.unlink(missing_ok=True)
        child = os.fork()
        if not child:
            status = 1
            try:
                answer.write_text(self._play(kind, options).model_dump_json(), encoding="utf-8")
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        self.left = None
        if os.WIFSIGNALED(status):
            self.where = "SIGKILL"
            return None
        if not answer.exists():
            raise RuntimeError(f"the forked {kind} failed; run it again with --no-file to see why")
        return RunReport.model_validate_json(answer.read_text(encoding="utf-8"))

    async def crawl(self, request: Any, _tell: Any) -> Coverage:
        """Take the place of the spiders."""
        place = int(request.listing.id.removeprefix("l"))
        look = self.world.look(
            place,
            self.now,
            self.world.fault(place, self.now),
            frozenset(one.review_id for one in request.open_reviews),
            pulse=request.pulse,
        )
        wanted = [one.review_id for one in request.open_reviews]
        content = write_landing(look, request.home_root / "data" / "landing", request.run_id, request.attempt)
        seen = {"place": place, "at": self.now.isoformat(), "run": request.run_id, "wanted": wanted}
        self.post.note("looked", seen | {"pulse": request.pulse})
        self.point("crawl")
        return Coverage.model_validate(content)

    def classify(self, reviews: Sequence[Review], **_: Any) -> list[Prediction]:
        """Take the place of the classifier."""
        return [self._judge(review) for review in reviews]

    def _judge(self, review: Review) -> Prediction:
        known = next(one for one in self.world.reviews[review.review_id].written if one.text == review.text)
        if rating_of(known.kind) != review.rating:
            raise AssertionError(f"{review.review_id} came back with other stars")
        p = self.mind.p_negative(known.kind)
        return Prediction.model_validate(
            {
                "source": review.source, "review_id": review.review_id, "content_hash": review.content_hash,
                "p_negative": p, "p_neutral": 0.0, "p_positive": 1 - p, "label": "negative" if p > 0.5 else "positive",
                "language": "ru", "severity": "severe" if known.kind == "severe" else "ordinary", "risk": p,
                "model": self.mind.model, "scored_at": self.now,
            }
        )  # fmt: skip

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return what the warehouse holds."""
        with Warehouse.open(Home(self.root).warehouse, wait=5) as store:
            return list(store.connection.execute(query, values).fetchall())

    @contextmanager
    def set_up(self) -> Iterator["Stage"]:
        """Take over what lies outside, for the length of the block."""
        infos = {
            one.name: SourceInfo(name=one.name, title=one.name, base_url=f"https://{one.name}.example/")
            for one in SOURCES
        }
        models = SimpleNamespace(
            model_id=lambda _settings: self.mind.model,
            load=lambda _settings, **_places: SimpleNamespace(priors_from=lambda _rates: None, classify=self.classify),
        )
        render = alerts.wording.render

        def noted(views: Sequence[Any], **options: Any) -> Any:
            self.post.views = tuple(views)
            return render(views, **options)

        with ExitStack() as patches:
            patches.callback(self.close)
            patch = lambda target, name, new: patches.enter_context(replaced(target, name, new))  # noqa: E731
            patch(flows.collect, "crawl", self.crawl)
            patch(flows.collect, "sources", lambda: infos)
            # An hour between two looks at the clock, so that nobody waits for the delay between two crawls of a host.
            patch(flows.collect, "time", SimpleNamespace(monotonic=count(0, 3600).__next__))
            patch(flows.judging, "models", models)
            patch(alerts.channels, "send", self.post.send)
            patch(alerts.wording, "render", noted)
            for flow in (flows.nightly, flows.pulse, flows.deliver):
                patch(flow, "publish", lambda _job, _ledger: None)
            for flow in (flows.nightly, flows.pulse):
                patch(flow, "read_inbox", lambda _job, _ledger: None)
            for name in KILL_POINTS:
                patch(Warehouse, name, self._with_points(getattr(Warehouse, name), name))
            patch(flows.receipts, "write", self._with_points(flows.receipts.write, "receipt"))
            patch(flows.acts, "append_act", self._with_points(flows.acts.append_act, "journal"))
            if self.is_file:
                open_ = {"config": {"threads": 1}}
                patch(warehouse.store, "_connect", lambda path, _wait: connect(path, **open_))
            else:
                Home(self.root).warehouse.parent.mkdir(parents=True)
                Home(self.root).warehouse.touch()
                self.connection = connect(":memory:", config={"threads": 1})
                kept = _Kept(self.connection)
                patch(warehouse.store, "_connect", lambda _path, _wait: kept)
                patch(warehouse.store, "migrate", _once(warehouse.store.migrate))
                # Memory has no file in whose free pages something could be left.
                patch(flows.retention, "compact", lambda _path, _wait: None)
            yield self

    def close(self) -> None:
        """Remove the home folder."""
        if self.connection is not None:
            self.connection.close()
        shutil.rmtree(self.root, ignore_errors=True)

    def sweep(self) -> None:
        """Remove the landing folders of runs that are long ingested: they would only slow the simulation down."""
        folders = sorted((self.root / "data" / "landing").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        for folder in folders[:-4]:
            shutil.rmtree(folder)

    def _with_points(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def passing(*arguments: Any, **options: Any) -> Any:
            self.point(f"before {name}")
            result = function(*arguments, **options)
            if name == "journal":
                self.post.note("acted", {"act_id": arguments[1].act_id, "review": arguments[1].review_id})
            elif name == "release_held":
                self.post.note("released", {"alerts": result})
            elif name == "ingest":
                self.post.note("ingested", {})
            elif name == "plan_alerts":
                self.post.note("planned", {one.alert_key: one.alert_key in options["covered"] for one in arguments[1]})
            self.point(f"after {name}")
            return result

        return passing


class _Steps:
    """Carries out the steps in this thread, with a point of death before each."""

    def __init__(self, point: Callable[[str], None], post: Post) -> None:
        self._point, self._post = point, post

    async def step(self, name: str, work: Callable[[], Any]) -> Any:
        self._point(f"step {name}")
        result = work()
        if name in _TOLD_STEPS:
            self._post.note(_TOLD_STEPS[name], {})
        return result

    async def network(self, name: str, work: Callable[[], Awaitable[Any]], *, retries: int, delay: float) -> Any:
        assert name, delay  # nobody waits here
        for _ in range(retries):
            with suppress(CrawlFailedError):  # as the real runner, but for what only a defect would raise
                return await work()
        return await work()

    async def show(self, key: str, markdown: str) -> None:
        """Nothing to do."""


class _Kept:
    """A connection that outlives its closings: it is set up once, and knows the columns of tables that it showed."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._settings: set[str] = set()
        self._empty: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, query: str, *parameters: Any) -> Any:
        """Run a statement, but for a setting that holds already."""
        if query.startswith("SET "):
            if query in self._settings:
                return self._connection
            self._settings.add(query)
        return self._connection.execute(query, *parameters)

    def table(self, name: str) -> Any:
        """Return a table for its columns alone: it is empty."""
        if name not in self._empty:
            rows = self._connection.table(name).limit(0).to_arrow_table()
            self._empty[name] = SimpleNamespace(limit=lambda _most: SimpleNamespace(to_arrow_table=lambda: rows))
        return self._empty[name]

    def close(self) -> None:
        """Stay open."""


@cache
def _settings(zone: str, negative_weight: float) -> Settings:
    return Settings(
        timezone=zone,
        secret="00" * 32,
        judging={"negative_weight": negative_weight},
        alerts={"operator": "duty"},
        run={"parquet": False, "lock_wait": 5},
    )


def _once(migrate: Callable[[Any], Any]) -> Callable[[Any], Any]:
    done: list[bool] = []

    def only_once(connection: Any) -> Any:
        if not done:
            migrate(connection)
            done.append(True)

    return only_once


@contextmanager
def replaced(target: Any, name: str, new: Any) -> Iterator[None]:
    """Put something in the place of an attribute, which must exist, for the length of the block.

    Raises:
        AttributeError: the target has no such attribute (any more).
    """
    old = getattr(target, name)
    setattr(target, name, new)
    try:
        yield
    finally:
        setattr(target, name, old)


def dice(seed: int, *names: object) -> random.Random:
    """Return the chance of that name."""
    return random.Random("/".join(map(str, (seed, *names))))
