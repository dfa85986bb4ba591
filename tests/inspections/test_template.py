from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.checklists import AutoMode, ItemSeverity
from monitor.domain.errors import ConfigError, NotFoundError
from monitor.inspections import template as templates
from monitor.inspections.metrics import metrics
from monitor.inspections.template import (
    Template,
    load_template,
    packaged_templates,
    parse_template,
    template_for,
)

SMALL = """\
id: small
version: "1"
title: {zh: 表, en: List}
notice: {zh: 注, en: Note}
effective_from: 2026-01-01
scoring:
  weights: {critical: 5, major: 3, minor: 1}
  grades:
    - {name: {zh: 合格, en: Pass}, min_score: 90}
    - {name: {zh: 整改, en: Correct}}
deadlines:
  critical: {due_days: 1, reinspect_days: 3}
  major: {due_days: 15, reinspect_days: 30}
  minor: {due_days: 30, reinspect_days: 30}
sources:
  law: {title: {zh: 法, en: Law}, binding: {zh: 法律, en: law}}
sections:
  - {id: one, title: {zh: 一, en: One}}
items:
  - id: A-1
    section: one
    severity: major
    text: {zh: 甲, en: A}
    criterion: {zh: 乙, en: B}
    sources:
      - {source: law, clause: {zh: 第一条, en: art. 1}, status: primary}
    evidence: [observation, auto]
    auto:
      metric: camera_online_ratio_month
      op: ">="
      threshold: 0.95
      mode: decide
      parameters: {max_outage_hours: 12}
  - id: A-2
    section: one
    severity: minor
    text: {zh: 丙, en: C}
    criterion: {zh: 丁, en: D}
    sources: [{source: law, status: unknown}]
    evidence: [photo]
    na_when: {zh: 无, en: none}
"""


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(SMALL.splitlines(), 1) if text in line)


def test_the_small_template_is_sound() -> None:
    template = parse_template(SMALL.encode(), "t.yaml")
    assert [item.id for item in template.items] == ["A-1", "A-2"]
    assert template.items[0].auto is not None
    assert template.items[0].auto.parameters == {"max_outage_hours": 12}


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        ("    na_when:", "    na_wen:", "items[1].na_wen", "unknown key 'na_wen'"),
        ("id: A-2", "id: A-1", "items[1].id", "item id 'A-1' is used twice"),
        ("{zh: 丙, en: C}", "{zh: 丙}", "items[1].text.en", "'en' is missing"),
        ("{zh: 丁, en: D}", '{zh: 丁, en: " "}', "items[1].criterion.en", "must not be empty"),
        ("camera_online_ratio_month", "cam_ok", "items[0].auto.metric", "no metric 'cam_ok'"),
        ("max_outage_hours", "max_hours", "items[0].auto.parameters.max_hours", "no parameter"),
        ("threshold: 0.95", "threshold: 95", "items[0].auto.threshold", "between 0 and 1"),
        ("threshold: 0.95", "threshold: .nan", "items[0].auto.threshold", "finite"),
        ('op: ">="', 'op: ">"', "items[0].auto.op", "'>='"),
        ("mode: decide", "mode: always", "items[0].auto.mode", "'decide'"),
        ("[observation, auto]", "[observation]", "items[0].evidence", "not among its evidence"),
        ("[photo]", "[photo, auto]", "items[1].evidence", "has no 'auto'"),
        ("[photo]", "[photo, photo]", "items[1].evidence", "same kind twice"),
        ("[photo]", "[]", "items[1].evidence", "must not be empty"),
        ("source: law, s", "source: lav, s", "items[1].sources[0].source", "'lav'"),
        ("clause: {zh: 第一条, en: art. 1}, ", "", "items[0].sources[0]", "needs its number"),
        ("severity: minor", "severity: small", "items[1].severity", "'critical'"),
        ("  critical: {due_days: 1, reinspect_days: 3}\n", "", "deadlines", "critical"),
        ("{critical: 5, ", "{", "scoring.weights", "critical"),
        ("en: Correct}}", "en: Correct}, min_score: 1}", "scoring.grades[1]", "no condition"),
        ("effective_from:", "effective_to: 2025-01-01\neffective_from:", "effective_to", "earlier"),
        ("  law: {", "  old: {title: {zh: 旧, en: Old}, binding: {zh: 无, en: none}}\n  law: {",
         "sources.old", "not used"),
        ("- {id: one,", "- {id: two, title: {zh: 二, en: Two}}\n  - {id: one,", "sections[0].id",
         "has no item"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_line_and_field(
    old: str, new: str, field: str, message: str
) -> None:
    assert SMALL.count(old) >= 1
    head, _, tail = SMALL.rpartition(old)
    changed = head + new + tail
    with pytest.raises(ConfigError) as caught:
        parse_template(changed.encode(), "t.yaml")
    error = caught.value
    name, line, where = error.where.split(":", 2)
    assert (name, where.strip()) == ("t.yaml", field)
    assert 1 <= int(line) <= len(changed.splitlines())
    assert message in error.message
    assert error.hint


def test_the_line_is_that_of_the_field() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_template(SMALL.replace("threshold: 0.95", "threshold: 95").encode(), "t.yaml")
    assert caught.value.where.startswith(f"t.yaml:{line_of('threshold')}:")


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff\xfe", b"id: [", b"a: &a [*a]"])
def test_what_is_no_template_is_refused(data: bytes) -> None:
    with pytest.raises(ConfigError):
        parse_template(data, "t.yaml")


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.integers(0, len(SMALL)))
def test_damaged_templates_never_crash(noise: str, at: int) -> None:
    try:
        parse_template((SMALL[:at] + noise + SMALL[at:]).encode("utf-8", "replace"), "t.yaml")
    except ConfigError as error:
        assert "t.yaml" in str(error)  # noqa: PT017


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_template(tmp_path / "none.yaml")


def test_a_template_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "t.yaml"
    path.write_text(SMALL, "utf-8")
    assert load_template(path).mark.sha256 == parse_template(SMALL.encode(), "t.yaml").mark.sha256


def test_any_change_of_the_file_changes_the_hash() -> None:
    one, other = (parse_template(text.encode(), "t") for text in (SMALL, SMALL + "# note\n"))
    assert one.items == other.items
    assert one.mark.sha256 != other.mark.sha256


def test_the_newest_template_in_force_is_taken() -> None:
    def version(number: str, start: str, end: str = "null") -> Template:
        text = SMALL.replace('version: "1"', f'version: "{number}"')
        text = text.replace("2026-01-01", f"{start}\neffective_to: {end}")
        return parse_template(text.encode(), "t")

    known = [version("1", "2026-01-15", "2026-06-30"), version("2", "2026-04-01")]
    chosen = {
        month: template_for(date(2026, month, 1), known).mark.version for month in range(1, 8)
    }
    assert chosen == {1: "1", 2: "1", 3: "1", 4: "2", 5: "2", 6: "2", 7: "2"}
    with pytest.raises(NotFoundError, match="2025-12"):
        template_for(date(2025, 12, 1), known)


def test_the_packaged_template_is_complete(template: Template) -> None:
    assert len(template.items) == 71
    autos = [item.auto for item in template.items if item.auto]
    assert {auto.metric for auto in autos} == set(metrics())
    assert Counter(auto.mode for auto in autos) == {AutoMode.DECIDE: 22, AutoMode.PREFILL: 19}
    assert Counter(item.severity for item in template.items)[ItemSeverity.CRITICAL] == 27


def test_packaged_templates_lie_beside_the_code() -> None:
    folder = Path(templates.__file__).parent / "templates"
    assert len(packaged_templates()) == len(list(folder.glob("*.yaml")))
