from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.alerts.templates import RULE_NAMES, MessageWriter
from monitor.detectors.rules.catalogue import BUILT_IN
from monitor.domain.notices import AlertChange, ChangeKind, NoticeKind
from monitor.domain.places import District
from monitor.domain.text import LANGUAGES

MakeChange = Callable[..., AlertChange]


def test_a_new_alert_says_where_since_when_and_where_to_look(
    make_change: MakeChange, district: District
) -> None:
    writer = MessageWriter(district, public_url="https://kanhu.example/")
    change = make_change()
    assert writer.body(NoticeKind.RAISE, change, "zh") == (
        "一名儿童无人看护\n"
        "开始于 2026-11-02 09:30:00，持续 1分\n"
        "告警编号 #12\n"
        "https://kanhu.example/alerts/12"
    )
    assert writer.body(NoticeKind.RAISE, change, "en") == (
        "A child is alone\n"
        "Since 2026-11-02 09:30:00, for 1 min\n"
        "Alert #12\n"
        "https://kanhu.example/alerts/12"
    )


def test_the_end_says_how_long_it_lasted(make_change: MakeChange, district: District) -> None:
    writer = MessageWriter(district)
    change = make_change(ChangeKind.CLEARED, cleared=3723.0, over=True)
    assert (
        writer.title(NoticeKind.CLEAR, change, "zh")
        == "【重要】已解除：阳光 · 托小班：儿童无人看护"
    )
    assert "持续 1小时2分3秒，已结束" in writer.body(NoticeKind.CLEAR, change, "zh")
    assert "for 1 h 2 min 3 s, over now" in writer.body(NoticeKind.CLEAR, change, "en")


def test_a_repeat_says_which_it_is(make_change: MakeChange, district: District) -> None:
    writer = MessageWriter(district)
    change = make_change(ChangeKind.REPEATED, repeats=2)
    assert writer.title(NoticeKind.REPEAT, change, "en").startswith("[High] Again: Sun")
    assert "第 3 次发生" in writer.body(NoticeKind.REPEAT, change, "zh")
    assert "Occurrence 3" in writer.body(NoticeKind.REPEAT, change, "en")


@pytest.mark.parametrize("kind", NoticeKind)
def test_unknown_rules_and_places_go_by_their_ids(
    make_change: MakeChange, district: District, kind: NoticeKind
) -> None:
    writer = MessageWriter(district)
    change = make_change(rule="cot_climbed", institution_id="star", onset=0, cleared=0.0)
    for language in LANGUAGES:
        title = writer.title(kind, change, language)
        assert "star · " in title
        assert "cot_climbed" in title
        assert "\n" not in title
        assert "0" in writer.body(kind, change, language)


def test_every_rule_of_the_product_has_a_name() -> None:
    assert set(RULE_NAMES) == {kind.name for kind in BUILT_IN}
