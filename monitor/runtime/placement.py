"""Which worker reads which institution.

Rendezvous hashing: every worker gives every institution a score and the highest wins, so that a
worker more or less moves only its own share. All cameras of an institution share a worker, because
rooms are fused over their cameras.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def place(institutions: Iterable[str], workers: Sequence[str]) -> dict[str, list[str]]:
    """Return the institutions of each worker, in their given order.

    Raises:
        ValueError: there is no worker.
    """
    if not workers:
        raise ValueError("placement needs at least one worker")
    placed: dict[str, list[str]] = {worker: [] for worker in workers}
    for institution in institutions:
        placed[max(workers, key=lambda worker: _score(worker, institution))].append(institution)
    return placed


def _score(worker: str, institution: str) -> bytes:
    return hashlib.sha256(f"{worker}\0{institution}".encode()).digest()
