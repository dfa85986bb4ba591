"""A push service on the loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.alerts.push.service import PushService, push_service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[PushService]:
    """Start one."""
    with push_service(tmp_path) as found:
        yield found
