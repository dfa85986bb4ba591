from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.inspections.plan import Standing, plan_month

MONTH = date(2026, 11, 1)

standings = st.lists(
    st.builds(
        Standing,
        st.text("abcdefgh", min_size=1, max_size=6),
        st.integers(0, 9),
        st.integers(0, 30),
        st.none() | st.integers(-30, 900),
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
            Standing("expiring", notice_days=20),
            Standing("alarming", waiting=3),
        ],
        MONTH,
    )
    assert [visit.institution_id for visit in visits] == ["alarming", "expiring", "calm"]
    assert visits[0].day == date(2026, 11, 2)
    assert (visits[2].day - visits[0].day).days >= 14


def test_days_that_are_over_are_not_planned() -> None:
    (visit,) = plan_month(MONTH, [Standing("a")], date(2026, 11, 25))
    assert visit.day == date(2026, 11, 25)
    with pytest.raises(InputError, match="no working day"):
        plan_month(MONTH, [Standing("a")], date(2026, 12, 1))
