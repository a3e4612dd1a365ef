"""The deliver flow, every ten minutes: plan what the clock made due and send it. No crawling, no model."""

from typing import Literal

from flows.casework import handle_cases
from flows.job import Job
from flows.ledger import Ledger
from flows.outbox import deliver_due, drop_dead, release, resend_dead
from flows.publishing import publish
from flows.report import RunReport
from flows.runner import Runner


async def deliver(
    job: Job, runner: Runner, *, release_held: bool = False, dead: Literal["resend", "drop"] | None = None
) -> RunReport:
    """Send what is due and return the report. A person's quiet hours delay a message, and never drop it."""
    ledger = await runner.step("begin", lambda: Ledger.begin(job, "deliver"))
    if release_held:
        await runner.step("release", lambda: release(job, ledger))
    if dead is not None:
        await runner.step("dead", lambda: (resend_dead if dead == "resend" else drop_dead)(job, ledger))
    await runner.step("cases", lambda: handle_cases(job, ledger))
    await runner.step("deliver", lambda: deliver_due(job, ledger))
    report = await runner.step("finish", ledger.finish)
    if ledger.changed:
        await runner.step("publish", lambda: publish(job, ledger))
    return report
