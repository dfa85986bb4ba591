from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detectors.door_book import DoorBook
from monitor.detectors.shared_floor import Tally
from monitor.domain.people import AgeClass, Track

MakeTrack = Callable[..., Track]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
NOBODY = Tally(0, 0, 0)
many = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def book() -> DoorBook:
    return DoorBook(hold=100.0)


def test_who_entered_and_is_not_seen_is_inside(book: DoorBook, make_track: MakeTrack) -> None:
    book.enter(make_track(1, A), 0.0)
    book.enter(make_track(2, C), 0.0)
    assert book.unseen(1.0, NOBODY, []) == Tally(1, 1, 0)
    assert book.unseen(1.0, Tally(1, 0, 0), []) == Tally(0, 1, 0)


def test_who_left_is_not_inside(book: DoorBook, make_track: MakeTrack) -> None:
    book.enter(make_track(1, A), 0.0)
    book.leave(make_track(1, A))
    assert book.empty
    book.leave(make_track(9, A))
    assert book.unseen(1.0, NOBODY, []) == NOBODY


def test_who_leaves_under_another_number_is_the_one_missed_longest(
    book: DoorBook, make_track: MakeTrack
) -> None:
    carer, other, child = make_track(1, A), make_track(2, A), make_track(3, C)
    for track in (carer, other, child):
        book.enter(track, 0.0)
    book.unseen(50.0, Tally(1, 0, 0), [carer])
    book.leave(make_track(7, A))
    assert book.unseen(51.0, Tally(1, 0, 0), [carer]) == Tally(0, 1, 0)
    book.leave(make_track(8, A))
    assert book.unseen(51.0, NOBODY, []) == Tally(0, 1, 0)


def test_who_leaves_by_another_way_is_the_one_missed_since_then(
    book: DoorBook, make_track: MakeTrack
) -> None:
    first, second = make_track(1, A), make_track(2, A)
    book.enter(first, 0.0)
    book.enter(second, 0.0)
    book.unseen(10.0, Tally(1, 0, 0), [second])
    book.unseen(40.0, NOBODY, [])
    book.depart(make_track(9, C, seen=10.0), 40.0)
    assert book.unseen(40.0, NOBODY, []) == Tally(2, 0, 0)
    book.depart(make_track(9, A, seen=10.0), 40.0)
    assert book.unseen(41.0, Tally(1, 0, 0), [first]) == NOBODY
    book.depart(make_track(9, A, seen=41.0), 41.2)
    assert not book.empty


def test_a_wrong_entry_is_believed_for_a_bounded_time(
    book: DoorBook, make_track: MakeTrack
) -> None:
    book.enter(make_track(1, A), 0.0)
    assert book.unseen(99.0, NOBODY, []).adults == 1
    assert book.unseen(101.0, NOBODY, []).adults == 0
    assert book.empty


def test_while_accounted_for_the_entry_stays(book: DoorBook, make_track: MakeTrack) -> None:
    carer = make_track(1, A)
    book.enter(carer, 0.0)
    assert book.unseen(500.0, Tally(1, 0, 0), [carer]) == NOBODY
    assert book.unseen(900.0, Tally(1, 0, 0), [make_track(5, A)]) == NOBODY
    assert book.unseen(990.0, NOBODY, []).adults == 1
    assert book.unseen(1001.0, NOBODY, []).adults == 0


def test_a_ghost_writes_nothing_down(book: DoorBook, make_track: MakeTrack) -> None:
    book.unseen(1.0, Tally(3, 0, 0), [make_track(4, A)])
    assert book.unseen(2.0, NOBODY, []) == NOBODY


def test_the_undecided_counts_as_an_adult_until_her_age_is_known(
    book: DoorBook, make_track: MakeTrack
) -> None:
    book.enter(make_track(1, U, adult_log_odds=-0.5), 0.0)
    book.enter(make_track(2, U, adult_log_odds=-1.5), 0.0)
    assert book.unseen(1.0, NOBODY, []) == Tally(1, 1, 0)
    book.unseen(2.0, Tally(0, 1, 0), [make_track(1, C)])
    assert book.unseen(3.0, NOBODY, []) == Tally(0, 2, 0)


def test_by_the_book_alone_entries_are_forgotten(book: DoorBook, make_track: MakeTrack) -> None:
    book.enter(make_track(1, C), 10.0)
    book.enter(make_track(2, A), 40.0)
    assert book.inside(100.0) == (Tally(1, 1, 0), 10.0)
    assert book.inside(111.0) == (Tally(1, 0, 0), 40.0)
    assert book.inside(150.0) == (NOBODY, 150.0)


moves = st.lists(
    st.tuples(st.sampled_from("eil"), st.integers(0, 5), st.sampled_from([A, C, U])), max_size=60
)


@many
@given(moves=moves)
def test_nobody_is_believed_longer_than_the_hold(
    moves: list[tuple[str, int, AgeClass]], make_track: MakeTrack
) -> None:
    book = DoorBook(hold=20.0)
    for time, (move, number, age) in enumerate(moves):
        track = make_track(number, age)
        if move == "e":
            book.enter(track, float(time))
        elif move == "l":
            book.leave(track)
        unseen = book.unseen(float(time), NOBODY, [])
        assert 0 <= unseen.adults + unseen.children <= 6
    end = len(moves) + 21.0
    assert book.unseen(end, NOBODY, []) == NOBODY
    assert book.inside(end)[0] == NOBODY
