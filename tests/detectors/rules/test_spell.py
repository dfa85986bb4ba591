from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detectors.rules.spell import Spell

Look = tuple[float, bool | None]


def spell(needed: float = 60.0) -> Spell:
    return Spell(needed=needed, tolerance=2.0, blink=6.0, gap=30.0)


def looks(*parts: tuple[float, bool | None], step: float = 1.0) -> list[Look]:
    """Return looks: each part is how many seconds, and what is seen."""
    found: list[Look] = []
    time = 0.0
    for seconds, value in parts:
        for _ in range(round(seconds / step)):
            found.append((time, value))
            time += step
    return found


def first_lasting(timer: Spell, seen: Iterable[Look]) -> float | None:
    return next((time for time, value in seen if timer.update(time, value)), None)


def test_lasts_after_exactly_the_time_needed() -> None:
    assert first_lasting(spell(), looks((100, True))) == 60.0
    assert first_lasting(spell(0.0), looks((10, True))) == 0.0


def test_too_short_never_lasts() -> None:
    assert first_lasting(spell(), looks((59, True), (10, False), (59, True))) is None


@pytest.mark.parametrize("step", [0.2, 1.0, 5.0])
def test_one_stray_look_neither_begins_nor_ends(step: float) -> None:
    stray = looks((20, False), (step, True), (80, False), step=step)
    assert first_lasting(spell(), stray) is None
    timer = spell()
    through = looks((30, True), (step, False), (60, True), step=step)
    assert first_lasting(timer, through) == pytest.approx(60.0)
    assert timer.since == 0.0


def test_longer_contradictions_begin_anew() -> None:
    timer = spell()
    assert first_lasting(timer, looks((30, True), (4, False), (80, True))) == 94.0
    assert timer.since == 34.0


def test_where_a_contradiction_may_be_wrong_what_follows_began_with_it() -> None:
    timer = spell()
    for time in range(20):
        timer.update(float(time), False, doubted=time >= 17)
    assert first_lasting(timer, ((20.0 + time, True) for time in range(80))) == 77.0
    assert timer.since == 17.0


def test_a_contradiction_that_was_right_after_all_begins_anew() -> None:
    timer = spell()
    for time in range(20):
        timer.update(float(time), False, doubted=10 <= time < 15)
    timer.update(20.0, True)
    assert timer.since == 20.0


def test_a_contradiction_that_may_be_wrong_is_one_still() -> None:
    timer = spell()
    doubted = ((30.0 + time, False, True) for time in range(4))
    certain = [(float(time), True, False) for time in range(30)]
    for time, value, doubt in [*certain, *doubted]:
        timer.update(time, value, doubted=doubt)
    assert timer.since is None


def test_a_blink_counts_but_longer_blindness_does_not() -> None:
    assert first_lasting(spell(), looks((30, True), (5, None), (60, True))) == 60.0
    # Seen at 29 and again at 50: those 21 seconds are not counted.
    assert first_lasting(spell(), looks((30, True), (20, None), (60, True))) == 81.0


def test_nothing_lasts_while_blind() -> None:
    assert first_lasting(spell(), looks((59, True), (29, None))) is None


def test_after_a_long_gap_everything_begins_anew() -> None:
    timer = spell()
    assert first_lasting(timer, looks((50, True), (40, None), (70, True))) == 150.0
    assert timer.since == 90.0


def test_a_gap_without_any_look_begins_anew() -> None:
    timer = spell()
    timer.update(0.0, True)
    timer.update(50.0, True)
    assert timer.since == 50.0


def test_seen_less_than_half_of_the_time_is_not_enough() -> None:
    blinking = looks(*[(1, True), (4, None)] * 40)
    assert first_lasting(spell(), blinking) is None
    mostly = looks(*[(4, True), (2, None)] * 40)
    assert first_lasting(spell(), mostly) is not None


values = st.sampled_from([True, False, None])


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 400), values), max_size=60),
    st.integers(0, 2_000_000_000),
)
def test_shifting_time_shifts_the_answer(steps: list[tuple[int, bool | None]], shift: int) -> None:
    here, there = spell(), spell()
    time = 0.0
    for step, value in steps:
        time += step / 10
        assert here.update(time, value) == there.update(time + shift, value)
        assert (here.since is None) == (there.since is None)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0.1, 20), values), max_size=60))
def test_a_lasting_spell_was_really_seen_for_half_its_time(
    steps: list[tuple[float, bool | None]],
) -> None:
    timer = spell(20.0)
    time = seen = 0.0
    before: bool | None = None
    for step, value in steps:
        time += step
        seen += min(step, 5.0) if before else 0.0
        before = value
        if timer.update(time, value):
            assert value is True
            assert seen >= 9.9
            assert timer.since is not None
            assert time - timer.since >= 19.9


def test_doubt_that_resolves_was_no_gap_but_blindness_is() -> None:
    def lasting(*, doubted: bool) -> float | None:
        timer = spell()
        for time, value in looks((20, True), (20, None), (60, True)):
            if timer.update(time, value, doubted=doubted and value is None):
                return time
        return None

    assert lasting(doubted=True) == 60.0
    assert lasting(doubted=False) == 81.0


def test_doubt_before_the_first_look_counts_for_half_of_what_is_needed_at_most() -> None:
    timer = spell()
    for time, value in looks((200, None), (40, True)):
        if timer.update(time, value, doubted=value is None):
            assert time == 230.0
            return
    raise AssertionError("never lasted")


def test_contradictions_add_up_unless_they_are_forgiven() -> None:
    flicker = [(8, True), (2, False)] * 10
    strict = Spell(needed=60.0, tolerance=5.0, blink=6.0, gap=30.0, forgiving=0.1)
    assert first_lasting(strict, looks(*flicker)) is None
    assert first_lasting(spell(), looks(*flicker)) is not None
    rare = Spell(needed=60.0, tolerance=5.0, blink=6.0, gap=30.0, forgiving=0.1)
    assert first_lasting(rare, looks(*[(28, True), (2, False)] * 4)) == 60.0


def test_what_is_beyond_doubt_contradicts_more_in_a_second() -> None:
    def lasting(against: float) -> float | None:
        timer = Spell(needed=60.0, tolerance=5.0, blink=6.0, gap=30.0)
        for time, value in looks((30, True), (4, False), (70, True)):
            if timer.update(time, value, against=against):
                return time
        return None

    assert lasting(against=1.0) == 60.0
    assert lasting(against=2.0) == 94.0
