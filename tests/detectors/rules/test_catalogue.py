from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.detectors.rules import parse_parameters, rule_kinds, rules_for
from monitor.detectors.rules.catalogue import BUILT_IN
from monitor.domain.errors import ConfigError
from monitor.domain.places import Room

MODULE = """
from dataclasses import replace
from monitor.detectors.rules import view_lost

KIND = replace(view_lost.KIND, name="{name}")
NOT_A_RULE = "nothing"
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a small package that offers a rule under the entry-point group."""

    def make(name: str, offers: str = "KIND") -> None:
        (tmp_path / "kanhu_quiet.py").write_text(MODULE.format(name=name))
        info = tmp_path / "kanhu_quiet-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kanhu-quiet\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[kanhu.rules]\n{name} = kanhu_quiet:{offers}\n")
        rule_kinds.cache_clear()

    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield make
    sys.modules.pop("kanhu_quiet", None)
    rule_kinds.cache_clear()


def test_a_package_of_its_own_adds_a_rule(
    install: Callable[..., None], make_room: Callable[..., Room]
) -> None:
    install("quiet_room")
    assert parse_parameters("quiet_room", {"after": "5s"}, where="") == {"after": 5.0}
    assert list(rule_kinds()) == [*(kind.name for kind in BUILT_IN), "quiet_room"]
    assert len(rules_for(make_room(), [])) == 3


def test_a_name_that_is_taken_is_refused(install: Callable[..., None]) -> None:
    install("crowding")
    with pytest.raises(ConfigError, match="two rules named 'crowding'"):
        rule_kinds()


def test_something_that_is_no_rule_is_refused(install: Callable[..., None]) -> None:
    install("quiet_room", offers="NOT_A_RULE")
    with pytest.raises(ConfigError, match="is not a rule named 'quiet_room'"):
        rule_kinds()
