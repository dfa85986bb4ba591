from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.runtime.placement import place

INSTITUTIONS = [f"institution-{number}" for number in range(300)]


def test_every_institution_has_exactly_one_worker() -> None:
    placed = place(INSTITUTIONS, ["w0", "w1", "w2", "w3"])
    assert sorted(name for share in placed.values() for name in share) == sorted(INSTITUTIONS)


def test_shares_are_even() -> None:
    sizes = [len(share) for share in place(INSTITUTIONS, ["w0", "w1", "w2", "w3"]).values()]
    assert min(sizes) > 50
    assert max(sizes) < 100


def test_a_lost_worker_moves_only_its_own_share() -> None:
    before = place(INSTITUTIONS, ["w0", "w1", "w2", "w3"])
    after = place(INSTITUTIONS, ["w0", "w1", "w2"])
    for worker in ("w0", "w1", "w2"):
        assert set(before[worker]) <= set(after[worker])


@given(st.lists(st.text(min_size=1), unique=True), st.permutations(["a", "b", "c"]))
def test_the_order_of_workers_does_not_matter(names: list[str], workers: list[str]) -> None:
    assert place(names, workers) == place(names, ["a", "b", "c"])


def test_no_worker_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        place(INSTITUTIONS, [])
