from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.hours import DayTime
from monitor.domain.places import Camera, ClassType, Line, LineKind, Room, RoomType, Side
from monitor.domain.room_state import Beyond, RoomState, View

MakeRoom = Callable[..., Room]
MakeState = Callable[..., RoomState]
Play = Callable[..., list[Event]]
OPEN = DayTime(open=True)
WELL = Headcount(10, 30, Counted(18, 20))  # with 10 here, everybody is there
WC = Line("wc", (0.1, 0.6), (0.9, 0.6), LineKind.DOOR, Side.RIGHT, "sun-wc", RoomType.WASHROOM)
YARD = replace(WC, id="yard", leads_to="sun-yard", beyond=RoomType.OUTDOOR)

many = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def play(
    make_room: MakeRoom,
    make_state: MakeState,
    make_camera: Callable[..., Camera],
    events_of: Callable[..., list[Event]],
) -> Play:
    def run(
        *parts: tuple[int, int],
        heads: Headcount | None = WELL,
        rules: dict[str, object] | None = None,
        start: float = 0.0,
        **others: Any,
    ) -> list[Event]:
        """Run through ``(seconds, children in the room)``."""
        states: list[RoomState] = []
        for seconds, children in parts:
            for _ in range(seconds):
                now = start + len(states)
                values = {"adults": 1, "day": OPEN, "headcount": heads, **others}
                states.append(make_state(now, children=children, **values))
        room = make_room(
            class_type=ClassType.TODDLER, rules={"headcount_mismatch": rules} if rules else {}
        )
        return events_of("headcount_mismatch", room, [make_camera(lines=[WC, YARD])], states)

    return run


def gone(elsewhere: int, **parts: Any) -> Headcount:
    return replace(WELL, elsewhere=Counted(elsewhere, elsewhere), **parts)


def test_children_who_are_in_no_room_are_missed(play: Play) -> None:
    event, ended = play((60, 10), (330, 1), (70, 9), heads=gone(19))
    assert (event.onset, event.raised, event.severity) == (60.0, 360.0, Severity.HIGH)
    assert ended.cleared == 390.0
    numbers = ("signed_in", "counted", "all_signed_in", "all_counted")
    assert [event.evidence[name] for name in numbers] == [10, 1, 30, 20]
    assert event.explain.en == (
        "Children may be missing: 10 signed in to Toddler room, at most 1 counted there; "
        "30 signed in to the whole institution, at most 20 counted, for 5 min."
    )
    assert event.explain.zh == (
        "可能有儿童不在看护范围内：托小班签到 10 名儿童，清点到至多 1 名；"
        "全机构签到 30 名，清点到至多 20 名，已持续 5 分钟。"
    )


def test_children_who_are_elsewhere_are_not_missed(play: Play) -> None:
    assert play((400, 0), heads=gone(30)) == []
    assert play((400, 0), heads=gone(23)) == []
    assert play((400, 0), heads=gone(22))


def test_a_room_that_is_full_misses_nobody(play: Play) -> None:
    assert play((400, 8), heads=gone(0)) == []
    assert play((400, 7), heads=gone(0))


def test_more_children_than_are_signed_in(play: Play) -> None:
    (event,) = play((400, 14), heads=gone(24))
    assert event.raised == 300.0
    assert event.explain.en.startswith(
        "Children are there who were not signed in: 10 signed in to Toddler room, at least 14 "
        "counted there; 30 signed in to the whole institution, at least 38 counted"
    )
    assert "清点到至少 14 名" in event.explain.zh
    assert play((400, 14), heads=gone(20)) == []
    assert play((400, 12), heads=gone(40)) == []


def test_whoever_may_be_a_child_speaks_against_an_alarm_either_way(play: Play) -> None:
    assert play((400, 2), heads=gone(18))
    for inside in ({"unknown": 6}, {"entered_children": 6}):
        assert play((400, 2), heads=gone(18), **inside) == []
        assert play((400, 10), heads=gone(40), **inside) == []


def test_who_went_to_the_washroom_is_still_there_and_who_went_out_is_counted_there(
    play: Play,
) -> None:
    def beyond(room_id: str) -> tuple[Beyond, ...]:
        return (Beyond(room_id, 0, 6, 0.0, ("east",)),)

    assert play((400, 2), heads=gone(18), beyond=beyond("sun-wc")) == []
    assert play((400, 2), heads=gone(18), beyond=beyond("sun-yard"))


@pytest.mark.parametrize(
    "others",
    [
        {"heads": None},
        {"view": View.PARTIAL},
        {"confidence": 0.1},
        {"day": None},
        {"day": DayTime(open=None)},
        {"day": DayTime(open=False)},
        {"day": DayTime(open=True, nap=True)},
        {"heads": gone(0, all_watched=False)},
    ],
)
def test_unknown_is_no_mismatch(others: dict[str, Any], play: Play) -> None:
    assert play((400, 0), heads=others.pop("heads", gone(0)), **others) == []


def test_a_class_that_reports_nothing_hides_a_surplus_and_no_shortage(play: Play) -> None:
    assert play((400, 20), heads=gone(40, all_reported=False)) == []
    assert play((400, 20), heads=gone(40, all_watched=False))
    assert play((400, 0), heads=gone(10, all_reported=False))


def test_what_cannot_be_known_neither_raises_nor_clears(
    make_room: MakeRoom, make_state: MakeState, events_of: Callable[..., list[Event]]
) -> None:
    room = make_room(class_type=ClassType.TODDLER)
    heads = [gone(0)] * 310 + [None] * 500
    states = [
        make_state(float(n), day=OPEN, headcount=known, children=0) for n, known in enumerate(heads)
    ]
    assert [event.cleared for event in events_of("headcount_mismatch", room, [], states)] == [None]


def test_that_enough_were_seen_for_two_looks_counts(play: Play) -> None:
    """Person models miss children who sit: the most that was seen in five minutes is believed."""
    flickering = [(150, 2), (2, 9)] * 6
    assert play(*flickering, heads=gone(18)) == []
    assert play(*[(150, 2), (1, 9)] * 6, heads=gone(18))


def test_without_slack_one_child_is_missed(play: Play) -> None:
    rules: dict[str, object] = {"slack": 0, "slack_share": 0}
    assert play((400, 9), heads=gone(20), rules=rules)
    assert play((400, 11), heads=gone(20), rules=rules)
    assert play((400, 10), heads=gone(20), rules=rules) == []


def test_it_runs_where_a_class_is_at_home(make_room: MakeRoom) -> None:
    def names(**parts: Any) -> set[str]:
        return {rule.name for rule in rules_for(make_room(**parts), [])}

    assert "headcount_mismatch" in names(class_type=ClassType.MIXED)
    assert "headcount_mismatch" not in names()


counts = st.integers(0, 20)
headcounts = st.builds(
    lambda own, others, seen, perhaps: Headcount(own, own + others, Counted(seen, seen + perhaps)),
    *(counts, st.integers(0, 40), st.integers(0, 40), st.integers(0, 10)),
)
lives = st.lists(st.tuples(st.integers(1, 30), counts), min_size=1, max_size=5)
HASTY: dict[str, object] = {"after": "20s", "clear_after": "5s", "cool_down": 0}


@many
@given(
    life=lives,
    heads=headcounts,
    where=st.sampled_from(["children", "unknown", "entered_children", "elsewhere"]),
)
def test_a_child_more_never_makes_a_shortage(
    life: list[tuple[int, int]], heads: Headcount, where: str, play: Play
) -> None:
    heads = replace(heads, all_reported=False)  # a surplus would go on to be the same event
    before = play(*life, heads=heads, rules=HASTY)
    if where == "children":
        after = play(*[(s, c + 1) for s, c in life], heads=heads, rules=HASTY)
    elif where == "elsewhere":
        fuller = replace(heads, elsewhere=heads.elsewhere + Counted(1, 1))
        after = play(*life, heads=fuller, rules=HASTY)
    else:
        after = play(*life, heads=heads, rules=HASTY, **{where: 1})
    if not before:
        assert not after


@many
@given(life=lives, heads=headcounts, shift=st.sampled_from([1_700_000_000.25, 86_400.0, 0.5]))
def test_shifting_time_shifts_its_events(
    life: list[tuple[int, int]], heads: Headcount, shift: float, play: Play
) -> None:
    here = play(*life, heads=heads, rules=HASTY)
    there = play(*life, heads=heads, rules=HASTY, start=shift)
    assert [(e.onset + shift, e.raised + shift, e.explain) for e in here] == [
        (e.onset, e.raised, e.explain) for e in there
    ]
