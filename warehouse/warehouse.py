"""The warehouse as the flows and the console see it: one class, each method a thin door to its module."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from core.campaigns import Mark, Member, Sketch
from core.forgotten import Forgotten
from core.records import (
    Alert,
    AlertView,
    CaseChange,
    CaseFacts,
    CaseView,
    CoverageProblem,
    History,
    Prediction,
    Review,
    ReviewKey,
)
from core.settings import CampaignSettings
from core.signals import Signals
from core.watchlist import Watchlist
from warehouse import (
    acts,
    campaigns,
    checks,
    collecting,
    coverage,
    forgetting,
    handling,
    judging,
    ledger,
    outbox,
    publishing,
    rebuilding,
    retention,
    signals,
)
from warehouse import ingest as ingesting
from warehouse.acts import ActOutcome, FoundCase
from warehouse.collecting import CrawlState
from warehouse.forgetting import Found
from warehouse.ingest import IngestReport
from warehouse.ledger import CoverageRow, DeadRun, RunKind, RunState, Waiting
from warehouse.outbox import OutcomeState
from warehouse.retention import Due
from warehouse.store import Store
from warehouse.watching import Window


class Warehouse(Store):
    """The only door to the DuckDB file. `with Warehouse.open(path, wait=60) as warehouse:` migrates and closes it.

    All times are aware and in UTC. Every method is all or nothing; several together are so inside
    `with warehouse.transaction():`.
    """

    def start_run(self, kind: RunKind, run_id: str, night: date | None, now: datetime) -> RunState:
        """Begin a run, or go on with the run of that id; its first clock stays."""
        return ledger.start_run(self, kind, run_id, night, now)

    def nightly_run_id(self, night: date, *, again: bool = False) -> str:
        """Return the id of the run for a night: the unfinished or only one, or a new one where `again`."""
        return ledger.nightly_run_id(self, night, again=again)

    def heartbeat(self, run_id: str, now: datetime) -> None:
        """Note that a run is alive."""
        ledger.heartbeat(self, run_id, now)

    def mark_died(self, run_id: str, oldest: datetime) -> None:
        """Mark the runs, but for `run_id`, that showed no life since `oldest`."""
        ledger.mark_died(self, run_id, oldest)

    def dead_runs(self, oldest: datetime) -> list[DeadRun]:
        """Return the runs that ended without a word and were not made good by a later one of their kind."""
        return ledger.dead_runs(self, oldest)

    def finish_stage(self, run_id: str, stage: str, counts: Mapping[str, int]) -> None:
        """Note that a stage of a run is done and what it counted."""
        ledger.finish_stage(self, run_id, stage, counts)

    def finish_run(self, run_id: str, status: str, report_json: str) -> None:
        """Close a run (`ok` or `failed`) with its report."""
        ledger.finish_run(self, run_id, status, report_json)

    def run_report(self, run_id: str) -> str | None:
        """Return the report of a finished run as JSON, or None."""
        return ledger.run_report(self, run_id)

    def coverage_of_run(self, run_id: str) -> list[CoverageRow]:
        """Return what each attempt of a run expected and got."""
        return ledger.coverage_of_run(self, run_id)

    def watch_coverage(self, run_id: str, now: datetime, windows: Mapping[str, Window]) -> list[CoverageProblem]:
        """Judge the readings of a run by themselves and by the listings' history; keep and return what is wrong."""
        return coverage.watch(self, run_id, now, windows)

    def coverage_problems(self, run_id: str) -> list[CoverageProblem]:
        """Return what was wrong with the readings of a run, as it was judged last."""
        return coverage.problems_of_run(self, run_id)

    def judged_coverage(self, run_id: str) -> list[CoverageRow]:
        """Return the last attempt at each listing of a run; it is `ok` only where its history agrees."""
        return coverage.judged(ledger.coverage_of_run(self, run_id), coverage.problems_of_run(self, run_id))

    def record_stale(self, listing_ids: Sequence[str], *, run_id: str, now: datetime, after: timedelta) -> None:
        """Record the drop folders in which nothing came for longer than `after`."""
        ledger.record_stale(self, listing_ids, run_id, now, after)

    def waiting(self, now: datetime) -> Waiting:
        """Count waiting cases, overdue ones, held alerts and messages that wait for another try."""
        return ledger.waiting(self, now)

    def register(self, watchlist: Watchlist) -> None:
        """Bring companies, places, listings and people to what the watchlist says."""
        collecting.register(self, watchlist)

    def crawl_state(self, listing_ids: Sequence[str], run_id: str) -> dict[str, CrawlState]:
        """Return where the reading of each listing was left."""
        return collecting.crawl_state(self, listing_ids, run_id)

    def pending_files(self, landing: Path) -> list[Path]:
        """Return the landing files that are not, or not wholly, ingested."""
        return ingesting.pending_files(self, landing)

    def ingest(
        self, files: Iterable[Path], *, run_id: str, now: datetime, forgotten: Forgotten = ingesting.NOBODY
    ) -> IngestReport:
        """Ingest landing files with their siblings, but for who is forgotten; their order does not matter."""
        return ingesting.ingest(self, files, run_id, now, forgotten)

    def to_judge(self, model: str, limit: int) -> list[Review]:
        """Return reviews whose content `model` has to judge, one for each content."""
        return judging.to_judge(self, model, limit)

    def base_rates(self, before: datetime) -> dict[str, tuple[float, float, float]]:
        """Return for each source the expected numbers of negative, neutral and positive contents judged before."""
        return judging.base_rates(self, before)

    def store_predictions(self, predictions: Sequence[Prediction], now: datetime) -> int:
        """Store predictions for all reviews of the same content, and return how many that were."""
        return judging.store_predictions(self, predictions, now)

    def case_facts(self, now: datetime, answered_before: datetime | None = None) -> Iterator[CaseFacts]:
        """Yield the facts of every review where something can change; nothing else may be asked meanwhile."""
        return handling.case_facts(self, now, answered_before)

    def facts_of(self, keys: Iterable[ReviewKey], now: datetime) -> list[CaseFacts]:
        """Return the facts of some reviews, whether or not something can change."""
        return handling.facts_of(self, keys, now)

    def known_acts(self) -> frozenset[str]:
        """Return the ids of the acts that reached the warehouse."""
        return acts.known_acts(self)

    def keep_acts(self, outcomes: Iterable[ActOutcome]) -> None:
        """Keep what became of acts."""
        acts.keep_acts(self, outcomes)

    def last_act_at(self, key: ReviewKey) -> datetime | None:
        """Return when somebody last acted on one case, or None."""
        return acts.last_act_at(self, key)

    def find_cases(self, wanted: str) -> list[FoundCase]:
        """Return the cases that a name may mean."""
        return acts.find_cases(self.connection, wanted)

    def apply_cases(self, changes: Iterable[CaseChange]) -> None:
        """Keep decisions, new states of cases and their events."""
        handling.apply_cases(self, changes)

    def replies_to_check(self) -> list[CaseView]:
        """Return the answered cases whose published reply was not judged yet, or not in its present words."""
        return handling.replies_to_check(self)

    def listing_replies(self, source: str, listing_id: str, limit: int) -> list[str]:
        """Return at most `limit` published replies of one listing, the newest first."""
        return handling.listing_replies(self, source, listing_id, limit)

    def to_sketch(self) -> list[tuple[ReviewKey, str, str | None, str]]:
        """Return key, content hash, title and text of each case and five-star review that is not sketched yet."""
        return campaigns.to_sketch(self)

    def store_sketches(self, sketches: Sequence[tuple[ReviewKey, str, Sketch]]) -> None:
        """Keep the sketch of each review's present content."""
        campaigns.store_sketches(self, sketches)

    def campaign_marks(self, settings: CampaignSettings) -> list[Mark]:
        """Return the reviews that share something with another one."""
        return campaigns.marks(self, settings)

    def keep_campaigns(self, found: Sequence[Member]) -> None:
        """Keep the members of all campaigns in place of those found before."""
        campaigns.keep_members(self, found)

    def plan_alerts(
        self,
        alerts: Iterable[Alert],
        details: Mapping[str, str],
        run_id: str,
        *,
        held: bool = False,
        covered: Mapping[str, str] = outbox.NOTHING,
    ) -> int:
        """Plan alerts that were never planned, some covered by others, and return how many will be sent."""
        return outbox.plan_alerts(self, alerts, details, run_id, held=held, covered=covered)

    def alert_history(self, now: datetime) -> History:
        """Return what planning must know about earlier planning."""
        return outbox.alert_history(self, now)

    def revive_dead(self) -> int:
        """Let the alerts be tried once more that were given up, and return how many these are."""
        return outbox.revive_dead(self)

    def drop_dead(self) -> int:
        """Cancel the alerts that were given up, and return how many these are."""
        return outbox.drop_dead(self)

    def signals(self, now: datetime, zone: str, *, whole: bool) -> Signals:
        """Count what is judged beside single cases; with reviews only where `whole`."""
        return signals.signals(self, now, zone, whole=whole)

    def activate_rules(self, conditions: Mapping[str, str], now: datetime) -> dict[str, datetime]:
        """Note the watchlist's rules by id and hash of conditions, and return since when each is active."""
        return signals.activate_rules(self, conditions, now)

    def release_held(self) -> int:
        """Let the alerts go that were held in a surge, and return how many these are."""
        return outbox.release_held(self)

    def claim_due(self, now: datetime, owner: str, limit: int, asleep: Sequence[str] = ()) -> list[AlertView]:
        """Claim the alerts of at most `limit` due messages, none to those who are asleep, and commit that."""
        return outbox.claim_due(self, now, owner, limit, asleep)

    def hand_to_deputy(self, person: str, deputy: str, *, not_before: datetime, now: datetime) -> None:
        """Let a deputy be told what is due for a person who is away."""
        outbox.hand_to_deputy(self, person, deputy, not_before, now)

    def record_delivery(
        self,
        alert_keys: Sequence[str],
        outcome: OutcomeState,
        error: str | None,
        next_try_at: datetime | None,
        now: datetime,
    ) -> None:
        """Record what became of claimed alerts."""
        outbox.record_delivery(self, alert_keys, outcome, error, next_try_at, now)

    def find_by_url(self, url: str) -> list[Found]:
        """Return the reviews that ever had an address."""
        return forgetting.find_by_url(self, url)

    def find_by_author(self, source: str, author_key: str) -> list[Found]:
        """Return the reviews that ever had an author, by the author's keyed hash."""
        return forgetting.find_by_author(self, source, author_key)

    def find_forgotten(self, forgotten: Forgotten) -> list[Found]:
        """Return the reviews that the tombstones cover and that are here all the same."""
        return forgetting.find_forgotten(self, forgotten)

    def describe_reviews(self, keys: Iterable[ReviewKey]) -> list[Found]:
        """Return what is known of some reviews, without their words."""
        return forgetting.describe(self, keys)

    def words_of(self, keys: Iterable[ReviewKey]) -> list[str]:
        """Return all titles and texts of some reviews, but for those that others wrote, too."""
        return forgetting.words_of(self, keys)

    def copies_of(self, keys: Iterable[ReviewKey]) -> list[ReviewKey]:
        """Return reviews of others that have the very text of one of these."""
        return forgetting.copies_of(self, keys)

    def erase_reviews(self, keys: Sequence[ReviewKey], is_theirs: Callable[[str], bool]) -> dict[str, int]:
        """Erase some reviews with all that hangs on them, and return the rows that went by table."""
        return forgetting.erase(self, keys, is_theirs)

    def note_rewritten(self, landing: Path, files: Iterable[Path]) -> None:
        """Note the new lengths of landing files that became shorter."""
        forgetting.note_rewritten(self, landing, files)

    def due_for_emptying(self, now: datetime, text_days: float, gone_days: float) -> Due:
        """Return which words were kept long enough."""
        return retention.due_for_emptying(self, now, text_days, gone_days)

    def empty_texts(self, due: Due, now: datetime) -> int:
        """Empty words that were kept long enough; numbers, hashes and kinds stay. Return in how many rows."""
        return retention.empty_texts(self, due, now)

    def publish(self, folder: Path, run_id: str, keep: int, parquet: bool) -> Path:
        """Publish a copy for readers and return its file."""
        return publishing.publish(self, folder, run_id, keep, parquet)

    def copy_to(self, target: Path) -> None:
        """Write a copy of the whole warehouse to a file."""
        publishing.copy_to(self, target)

    def reply_of(self, key: ReviewKey) -> str | None:
        """Return the words of the published reply that stood below one review at the last look, or None."""
        return acts.reply_of(self, key)

    def hold_planned(self) -> int:
        """Hold all alerts that are planned, and return how many these are."""
        return outbox.hold_planned(self)

    def carry_over(self, old: Path) -> dict[str, int]:
        """Copy what does not follow from the landing files out of another warehouse, and return the rows by table."""
        return rebuilding.carry_over(self, old)

    def keep_decided(self, old: Path) -> int:
        """Take over what was decided once about reviews, and return how many were taken as they were."""
        return rebuilding.keep_decided(self, old)

    def take_as_history(self) -> None:
        """Count all reviews as history that was there at the beginning: listed, never told one by one."""
        rebuilding.take_as_history(self)

    def check(self) -> list[checks.Broken]:
        """Return the invariants that do not hold; none in a sound warehouse."""
        return checks.check(self)
