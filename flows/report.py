"""What a run did: the numbers of the morning report, for people and for programs."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from core.records import CoverageStatus, Record, StopReason, UtcTime

if TYPE_CHECKING:
    from warehouse import CoverageRow

_BAD = (CoverageStatus.failed, CoverageStatus.blocked)


class ListingReport(Record):
    """What one listing gave in this run."""

    listing_id: str
    source: str
    status: CoverageStatus
    expected: int | None = None
    collected: int = 0
    new: int = 0
    edited: int = 0
    quarantined: int = 0
    error: str | None = None
    pages: int = 0
    requests: int = 0
    bytes: int = 0
    stopped: StopReason | None = None
    problems: tuple[str, ...] = ()
    """What is wrong with the reading by its own account and by the listing's history, with the name of the rule."""
    earlier: bool = False
    """Read by an earlier start of the same run, not by this one."""

    @property
    def news(self) -> str:
        """What this reading says of the listing: that nothing is new is said only of a whole reading."""
        if self.new:
            return f"{self.new} new"
        return "no new reviews" if self.status is CoverageStatus.ok else "not known"


class RunReport(Record):
    """The report of one run of one flow."""

    kind: str
    run_id: str
    finished_at: UtcTime
    seconds: float
    """Time the run took on the machine's own clock, without the runner's start."""
    listings: tuple[ListingReport, ...] = ()
    files: int = 0
    lines: int = 0
    judged: int = 0
    opened: int = 0
    answered: int = 0
    reopened: int = 0
    acts: int = 0
    """Acts of people that waited in the journal and took effect now."""
    waiting: int = 0
    """Cases that nobody has answered, now."""
    overdue: int = 0
    """Those of them that are past their SLA."""
    unrouted: int = 0
    """Those for which the watchlist names nobody: the operator is told, if there is one."""
    planned: int = 0
    covered: int = 0
    """Alerts of cases for which the message of another one of their campaign speaks."""
    praise_waves: int = 0
    """Waves of alike or textless five-star reviews; they are flagged and stay."""
    sent: int = 0
    released: int = 0
    revived: int = 0
    """Alerts that were given up and are tried once more."""
    dropped: int = 0
    dead: int = 0
    """Alerts that no channel took in all tries, in this run or before; `otklik deliver --dead` tries them once more."""
    retried: int = 0
    failed: int = 0
    held: int = 0
    """Alerts held back because there were suddenly far too many; `otklik deliver --release-held` sends them."""
    retrying: int = 0
    """Messages that a channel refused, in this run or before, and that wait for another try."""
    next_try_at: UtcTime | None = None
    quarantined: int = 0
    emptied: int = 0
    """States of reviews whose words were kept long enough and are emptied now."""
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every source was read and every alert went out."""
        return not (self.problems or self.failed or any(row.status in _BAD for row in self.listings))

    @property
    def given_up(self) -> str:
        """How many alerts no channel took, as a part of a sentence; empty where there are none."""
        return f", {self.dead} given up (`otklik deliver --dead` tries them once more)" if self.dead else ""

    @property
    def is_covered(self) -> bool:
        """Whether every listing was wholly read, and no history warns."""
        return all(row.status is CoverageStatus.ok and not row.problems for row in self.listings)

    @property
    def retries(self) -> str:
        """What waits for another try and when that is due, as the end of a sentence; empty where nothing does."""
        if not self.retrying or self.next_try_at is None:
            return ""
        wait = "message waits" if self.retrying == 1 else "messages wait"
        return f"; {self.retrying} {wait} for another try, due at {self.next_try_at:%Y-%m-%d %H:%M} UTC"

    def markdown(self) -> str:
        """The report as Markdown, for the runner's page. Holds no words of a review."""
        rows = [
            f"| {row.listing_id} | {row.source} | {row.status} | {_number(row.expected)} | {row.collected} |"
            f" {row.news} | {row.edited} | {('; '.join(row.problems) or row.error or '').replace('|', '/')} |"
            for row in self.listings
        ]
        head = [
            f"## {self.run_id}",
            "",
            (
                f"{self.opened} cases opened, {self.answered} answered, {self.reopened} reopened; {self.waiting} wait,"
                f" {self.overdue} overdue. Alerts: {self.planned} planned, {self.sent} sent,"
                f" {self.retried} to be tried again, {self.failed} failed, {self.held} held"
                f"{self.given_up}{self.retries}."
                f"{f' Nobody is named for {self.unrouted} of those who wait.' if self.unrouted else ''}"
                f"{f' {self.emptied} old texts were emptied.' if self.emptied else ''}"
                f"{f' {self.praise_waves} new waves of alike or empty five stars.' if self.praise_waves else ''}"
            ),
            "",
            "| listing | source | status | expected | collected | news | edited | problems |",
            "|---|---|---|---|---|---|---|---|",
        ]
        return "\n".join([*head, *rows, "", *(f"- {problem}" for problem in self.problems)])


def _number(value: int | None) -> str:
    return "?" if value is None else str(value)


def listing_reports(coverages: "Sequence[CoverageRow]", read_now: Collection[str]) -> tuple[ListingReport, ...]:
    """Turn the coverage of a run into rows, what needs a person on top."""
    rows = [
        ListingReport(
            listing_id=row.coverage.listing_id,
            source=row.coverage.source,
            status=row.coverage.status,
            expected=row.coverage.expected,
            collected=row.coverage.collected,
            new=row.new,
            edited=row.edited,
            quarantined=row.coverage.quarantined,
            error=row.coverage.error,
            pages=row.coverage.pages,
            requests=row.coverage.requests,
            bytes=row.coverage.bytes,
            stopped=row.coverage.stopped,
            problems=tuple(f"{problem.rule}: {problem.message}" for problem in row.problems),
            earlier=row.coverage.listing_id not in read_now,
        )
        for row in coverages
    ]
    order = [CoverageStatus.failed, CoverageStatus.blocked, CoverageStatus.short, CoverageStatus.stale]
    return tuple(sorted(rows, key=lambda row: (order.index(row.status) if row.status in order else 9, row.listing_id)))
