"""Spikes against simulated networks without any: at most one false alarm a month, and real ones are found at once."""

from itertools import pairwise
from math import comb, exp, factorial

import numpy as np
import pytest

from alerts.spikes import MONTH, SHORTEST_HISTORY, at_least, fades, spikes
from core.signals import DailyComplaints, FadeCheck

HISTORY = 98


def calm_network(seed: int, listings: int, nights: int, *, uneven: bool) -> np.ndarray:
    """Complaints by listing and day; `uneven` adds weekdays and good and bad weeks (gamma, variance 1/4)."""
    rng = np.random.default_rng(seed)
    rates = rng.choice([0.02, 0.1, 0.3, 1.0, 3.0, 8.0], size=(listings, 1))
    days = HISTORY + nights
    if uneven:
        weeks = np.repeat(rng.gamma(4, 1 / 4, size=(listings, days // 7 + 1)), 7, axis=1)[:, :days]
        weekdays = np.tile([1.2, 1.1, 1.0, 0.9, 0.8, 0.9, 1.1], days // 7 + 1)[:days]
        rates = rates * weeks * weekdays
    return rng.poisson(np.broadcast_to(rates, (listings, days)))


def alarms(counts: np.ndarray, nights: int) -> int:
    """Alarms of a network, each listing silent for a week after one, as planning does it."""
    silent_until = np.zeros(len(counts))
    total = 0
    for night in range(nights):
        window = counts[:, night + 1 : night + 1 + HISTORY]
        seen = [DailyComplaints(listing_id=str(n), days=tuple(map(int, row))) for n, row in enumerate(window)]
        for spike in spikes(seen, minimum=5, false_alarms=1):
            number = int(spike.listing_id)
            if silent_until[number] <= night:
                silent_until[number] = night + 7
                total += 1
    return total


@pytest.mark.parametrize("uneven", [False, True], ids=["steady", "uneven weeks"])
def test_a_network_in_which_nothing_happens_has_at_most_one_false_alarm_a_month(uneven: bool) -> None:
    months, found = 12, 0
    for seed in (1, 2):
        found += alarms(calm_network(seed, 40, months // 2 * MONTH, uneven=uneven), months // 2 * MONTH)
    assert found <= months, f"{found} alarms in {months} months"


@pytest.mark.parametrize(("rate", "extra"), [(0.05, 8), (0.3, 14), (2.0, 30)])
def test_a_wave_is_found_on_its_first_day_in_a_large_network(rate: float, extra: int) -> None:
    rng = np.random.default_rng(7)
    missed = 0
    for _ in range(20):
        counts = rng.poisson(rate, size=(50, HISTORY))
        counts[3, -1] += extra
        seen = [DailyComplaints(listing_id=str(n), days=tuple(map(int, row))) for n, row in enumerate(counts)]
        missed += "3" not in {spike.listing_id for spike in spikes(seen, minimum=5, false_alarms=1)}
    assert missed == 0


def test_few_complaints_or_a_short_history_are_no_spike() -> None:
    quiet = (0,) * HISTORY
    assert spikes([DailyComplaints(listing_id="l", days=(*quiet, 4))], minimum=5, false_alarms=1) == []
    assert len(spikes([DailyComplaints(listing_id="l", days=(*quiet, 5))], minimum=5, false_alarms=1)) == 1
    short = (0,) * (SHORTEST_HISTORY + 1)
    assert spikes([DailyComplaints(listing_id="l", days=(*short[:20], 9))], minimum=5, false_alarms=1) == []
    assert spikes([DailyComplaints(listing_id="l", days=())], minimum=5, false_alarms=1) == []


def test_a_spike_says_what_was_usual() -> None:
    (spike,) = spikes([DailyComplaints(listing_id="l", days=(*([1, 0] * 49), 9))], minimum=5, false_alarms=1)
    assert (spike.days, spike.count) == (2, 9)
    assert spike.expected == pytest.approx(49 / 97 * 2, rel=0.02)
    assert 0 < spike.p < 1e-3


def negative_binomial_tail(count: int, shape: int, share: float) -> float:
    return 1 - sum(comb(shape + k - 1, k) * (1 - share) ** shape * share**k for k in range(count))


@pytest.mark.parametrize(("count", "shape", "mean"), [(1, 3, 1.5), (4, 5, 1.25), (9, 20, 0.5)])
def test_the_tail_is_that_of_the_negative_binomial(count: int, shape: int, mean: float) -> None:
    expected = negative_binomial_tail(count, shape, mean / (mean + shape))
    assert at_least(count, mean, shape) == pytest.approx(expected, rel=1e-9)


def test_the_tail_nears_poisson_with_much_history_and_keeps_its_digits_far_out() -> None:
    poisson = 1 - sum(exp(-2.0) * 2.0**k / factorial(k) for k in range(6))
    assert at_least(6, 2.0, 1e6) == pytest.approx(poisson, rel=1e-3)
    far = [at_least(count, 1.1, 50.5) for count in (20, 40, 80, 160)]
    assert all(0 < later < sooner for sooner, later in pairwise(far))


@pytest.mark.parametrize(
    ("reviews", "complaints", "first", "first_complaints", "is_fading"),
    [
        (40, 12, 40, 4, True),
        (40, 7, 40, 4, False),
        (19, 19, 40, 4, False),
        (40, 4, 40, 12, False),
        (40, 0, 40, 0, False),
    ],
)
def test_a_programme_fades_only_beyond_chance(
    reviews: int, complaints: int, first: int, first_complaints: int, is_fading: bool
) -> None:
    check = FadeCheck(
        programme_id="p",
        months=6,
        reviews=reviews,
        complaints=complaints,
        first_reviews=first,
        first_complaints=first_complaints,
    )
    assert fades(check) is is_fading
