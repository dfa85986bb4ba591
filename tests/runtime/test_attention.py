from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain.media import Packet
from monitor.runtime.attention import Attention, gate_settings
from monitor.streams.gate import Gate, Look

FPS = 25
SECONDS = 20

Picture = Callable[[int], NDArray[np.uint8]]


def still(_number: int) -> NDArray[np.uint8]:
    return np.full((90, 160), 100, np.uint8)


def stirring(number: int) -> NDArray[np.uint8]:
    """Return a picture in which a head has moved since the one before."""
    picture = still(number)
    picture[40:50, number % 100 : number % 100 + 10] = 200
    return picture


def watched(attention: Attention, picture: Picture) -> tuple[int, int]:
    """Return how many pictures were compared, and how many were searched for people."""
    gate = Gate(gate_settings(5.0, 2.0)[attention])
    compared = searched = 0
    for number in range(SECONDS * FPS):
        packet = Packet("c", 0, number / FPS, 1 / FPS, number / FPS, number % 50 == 0, bytes(400))
        look = gate.consider(packet)
        if look is Look.SKIP:
            continue
        compared += 1
        seen = gate.analysed if look is Look.ANALYSE else gate.moved
        changed = seen(picture(number), packet.time)
        searched += changed or look is Look.ANALYSE
    return compared, searched


@pytest.mark.parametrize(("picture", "searched"), [(still, SECONDS), (stirring, 5 * SECONDS)])
def test_where_it_presses_all_is_compared_and_searched_once_a_second_or_if_it_changed(
    picture: Picture, searched: int
) -> None:
    found = watched(Attention.PRESSING, picture)
    assert found[0] == pytest.approx(5 * SECONDS, abs=1)
    assert found[1] == pytest.approx(searched, abs=2)


def test_where_it_does_not_it_is_looked_at_at_the_calm_rate_at_most() -> None:
    assert watched(Attention.OCCUPIED, stirring)[1] == pytest.approx(2 * SECONDS, abs=2)
    assert watched(Attention.OCCUPIED, still)[1] == pytest.approx(SECONDS / 2, abs=2)
    assert watched(Attention.QUIET, still)[1] <= SECONDS / 10 + 2
