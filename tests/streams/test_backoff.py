from __future__ import annotations

import random

from monitor.streams.backoff import Backoff


def test_waits_double_up_to_the_longest_when_somebody_must_mend_it() -> None:
    backoff = Backoff(first=1, longest=10, jitter=0)
    assert [backoff.next_wait(patient=True) for _ in range(6)] == [1, 2, 4, 8, 10, 10]


def test_a_short_outage_is_over_soon() -> None:
    backoff = Backoff(first=1, soon=2, jitter=0)
    assert [backoff.next_wait() for _ in range(6)] == [1, 2, 2, 2, 2, 2]


def test_what_somebody_must_mend_after_an_outage_is_asked_soon_at_first() -> None:
    backoff = Backoff(first=1, soon=2, jitter=0)
    for _ in range(20):
        backoff.next_wait()
    assert [backoff.next_wait(patient=True) for _ in range(3)] == [1, 2, 4]


def test_waits_grow_with_a_long_outage_up_to_the_longest() -> None:
    backoff = Backoff(jitter=0)
    waits = [backoff.next_wait() for _ in range(2000)]
    assert waits == sorted(waits)
    outage = 0.0
    for wait in waits:
        assert wait <= max(1.0, outage / 200) + 1e-9
        outage += wait
    assert waits[-1] == 60


def test_who_is_not_there_is_asked_more_often() -> None:
    backoff = Backoff(jitter=0, waited=1800)
    assert [backoff.next_wait(unheard=True) for _ in range(2)] == [1, 2]
    assert 3.5 < backoff.next_wait(unheard=True) < 4
    assert backoff.next_wait() == 8
    assert Backoff(jitter=0, attempts=99, waited=1e6).next_wait(unheard=True) == 10


def test_the_time_of_the_attempt_has_been_waited_already() -> None:
    backoff = Backoff(first=8, longest=8, jitter=0)
    assert backoff.next_wait(spent=3) == 5
    assert backoff.next_wait(spent=30) == 0.2
    assert backoff.waited == 38


def test_only_a_long_connection_starts_over() -> None:
    backoff = Backoff(first=1, soon=2, jitter=0, healthy=120)
    backoff.next_wait()
    backoff.was_connected(119)
    assert backoff.next_wait() == 2
    backoff.was_connected(120)
    assert backoff.next_wait() == 1


def test_jitter_spreads_the_attempts_within_its_share() -> None:
    backoff = Backoff(first=8, longest=8, jitter=0.25, random=random.Random(1))
    waits = [backoff.next_wait() for _ in range(200)]
    assert 6 <= min(waits) < 6.5
    assert 9.5 < max(waits) <= 10


def test_years_offline_do_not_overflow() -> None:
    assert Backoff(jitter=0, attempts=10_000_000, waited=1e9).next_wait() == 60
    assert Backoff(jitter=0, rebuffs=10_000_000).next_wait(patient=True) == 60
