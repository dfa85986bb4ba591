from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.domain.visits import PlannedVisit
from monitor.domain.workdays import Workdays
from monitor.inspections.plan import (
    Inspector,
    Standing,
    assign,
    moved,
    plan_month,
    working_days,
)

MONTH = date(2026, 11, 1)

standings = st.lists(
    st.builds(
        Standing,
        st.text("abcdefgh", min_size=1, max_size=6),
        st.integers(0, 100).map(float),
        last=st.none() | st.dates(date(2025, 1, 1), date(2026, 10, 31)),
        missed=st.booleans(),
    ),
    unique_by=lambda item: item.institution_id,
    max_size=60,
)


@given(standings)
def test_every_institution_is_visited_once_on_a_working_day(items: list[Standing]) -> None:
    visits = plan_month(MONTH, items, MONTH)
    assert sorted(v.institution_id for v in visits) == sorted(i.institution_id for i in items)
    assert all(visit.day.month == 11 and visit.day.weekday() < 5 for visit in visits)
    assert [v.day for v in visits] == sorted(v.day for v in visits)


@given(standings)
def test_the_order_in_which_institutions_are_given_does_not_matter(items: list[Standing]) -> None:
    assert plan_month(MONTH, items, MONTH) == plan_month(MONTH, items[::-1], MONTH)


def test_the_most_pressing_come_first_and_visits_are_spread_out() -> None:
    visits = plan_month(
        MONTH,
        [
            Standing("calm"),
            Standing("expiring", 6.2, {"documents": 6.2, "alerts": 0.0}),
            Standing("alarming", 9.5, {"documents": 1.5, "alerts": 8.0}),
        ],
        MONTH,
    )
    assert [visit.institution_id for visit in visits] == ["alarming", "expiring", "calm"]
    assert visits[0].day == date(2026, 11, 2)
    assert (visits[2].day - visits[0].day).days >= 14
    assert visits[1].standing.reasons == {"documents": 6.2}


def test_of_equal_scores_who_was_not_seen_for_longest_comes_first() -> None:
    items = [
        Standing("b", 7.0, last=date(2026, 9, 3)),
        Standing("a", 7.0, last=date(2026, 10, 9)),
        Standing("d", 7.0),
        Standing("c", 7.0, last=date(2026, 9, 3)),
    ]
    assert [visit.institution_id for visit in plan_month(MONTH, items, MONTH)] == list("dbca")


def test_days_that_are_over_are_not_planned() -> None:
    (visit,) = plan_month(MONTH, [Standing("a")], date(2026, 11, 25))
    assert visit.day == date(2026, 11, 25)
    with pytest.raises(InputError, match="no working day"):
        plan_month(MONTH, [Standing("a")], date(2026, 12, 1))


def test_public_holidays_and_days_off_of_an_institution_are_avoided() -> None:
    october = date(2026, 10, 1)
    items = [Standing(f"i{number:02}") for number in range(30)]
    visits = plan_month(october, items, october)
    assert min(visit.day for visit in visits) == date(2026, 10, 8)
    assert date(2026, 10, 10) in {visit.day for visit in visits}  # a Saturday made up for
    off = Workdays(off=frozenset({date(2026, 10, 9)}))
    assert date(2026, 10, 9) not in {v.day for v in plan_month(october, items, october, off)}
    closed = Standing("shut", 9.0, closed=frozenset({date(2026, 11, 2), date(2026, 11, 3)}))
    (visit,) = plan_month(MONTH, [closed], MONTH)
    assert visit.day == date(2026, 11, 4)


inspectors = st.lists(
    st.builds(Inspector, st.integers(1, 40), st.sampled_from(["", "梅园", "竹园"])),
    unique_by=lambda person: person.user_id,
    max_size=8,
)


@given(standings, inspectors, st.integers(1, 4))
def test_every_visit_has_two_different_inspectors_if_two_may_go(
    items: list[Standing], people: list[Inspector], most: int
) -> None:
    placed = [
        replace(item, community=("梅园", "竹园")[index % 2]) for index, item in enumerate(items)
    ]
    days = working_days(MONTH, MONTH)
    planned = assign(plan_month(MONTH, placed, MONTH), people, days, most)
    assert len(planned) == len(items)
    where = {item.institution_id: item.community for item in placed}
    load: Counter[tuple[int, date]] = Counter()
    for visit in planned:
        able = [person for person in people if person.covers(where[visit.institution_id])]
        pair = [p for p in (visit.safety_inspector, visit.health_inspector) if p is not None]
        assert len(set(pair)) == min(2, len(able))
        assert set(pair) <= {person.user_id for person in able}
        assert visit.day in days
        load.update((person, visit.day) for person in pair)
    roomy = len(items) * 2 <= most * len(days)
    if roomy and all(not person.community for person in people) and len(people) >= 2:
        assert max(load.values(), default=0) <= most


def test_one_of_the_community_goes_with_one_of_the_district() -> None:
    people = [Inspector(1), Inspector(2), Inspector(3, "梅园"), Inspector(4, "竹园")]
    item = Standing("a", community="梅园")
    (visit,) = assign(plan_month(MONTH, [item], MONTH), people, working_days(MONTH, MONTH), 2)
    assert (visit.safety_inspector, visit.health_inspector) == (3, 1)


def test_the_work_is_shared_evenly() -> None:
    people = [Inspector(number) for number in range(1, 7)]
    items = [Standing(f"i{number:02}") for number in range(60)]
    planned = assign(plan_month(MONTH, items, MONTH), people, working_days(MONTH, MONTH), 2)
    load = Counter(p for v in planned for p in (v.safety_inspector, v.health_inspector))
    assert set(load.values()) == {20}


def test_a_visit_that_was_not_made_moves_on_within_its_month() -> None:
    visit = PlannedVisit("a", date(2026, 11, 4))
    days = working_days(MONTH, MONTH)
    later = moved(visit, date(2026, 11, 7), days)
    assert later is not None
    assert later.day == date(2026, 11, 9)
    assert moved(visit, date(2026, 12, 1), days) is None


def test_what_was_missed_last_month_comes_first() -> None:
    visits = plan_month(MONTH, [Standing("loud", 100.0), Standing("owed", 0.1, missed=True)], MONTH)
    assert [visit.institution_id for visit in visits] == ["owed", "loud"]
    assert visits[0].standing.reasons == {"missed": 1.0}
