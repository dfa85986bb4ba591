"""What a metric is, and the list of all of them.

A metric is one function ``(facts, target) -> MetricValue``, pure, in a file beside this one. It
reads facts, compares what it finds with the template's target and explains itself in both
languages. What it cannot know it calls unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.domain.checklists import Auto, MetricStatus, MetricValue, Unit
from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.inspections.facts import Facts, ShelfFact
from monitor.inspections.metrics.put_aside import EVERY_RULE, shelf_inputs, with_shelves

_MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Known:
    """A finding: the figure, what it means, and what it was computed from.

    ``broken`` fails the item whatever the figure says (a missing record); ``None`` as ``value``
    with ``broken`` unset means that no figure applies and nothing is wrong.
    """

    value: float | None
    explain: Text
    inputs: Mapping[str, Any] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing that could be judged, and why; ``value`` and ``inputs`` as far as they go."""

    reason: Text
    value: float | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)


Finding = Known | Unknown
Measure = Callable[[Facts, Auto], Finding]


@dataclass(frozen=True, slots=True)
class Metric:
    """A named measure: its unit, where its data comes from, and the parameters it takes.

    ``hushed_by`` are the rules that, put aside, bear on what it says: the reading names them.
    """

    name: str
    unit: Unit
    query: Text
    measure: Measure
    parameters: Mapping[str, float]
    hushed_by: frozenset[str] = frozenset()

    def read(self, facts: Facts, target: Auto) -> MetricValue:
        """Measure, and hold the result against the target."""
        finding = self.measure(facts, target)
        shelves = [item for item in facts.shelves() if self._hushed(item)]
        explain = finding.explain if isinstance(finding, Known) else finding.reason
        return MetricValue(
            metric=self.name,
            value=finding.value,
            unit=self.unit,
            status=_status(finding, target),
            explain=_sentence(with_shelves(explain, shelves, facts.period)),
            inputs={**finding.inputs, **shelf_inputs(shelves, facts.period)},
            query=_sentence(self.query),
        )

    def parameter(self, target: Auto, name: str) -> float:
        """Return a parameter as the template sets it, else its default."""
        return target.parameters.get(name, self.parameters[name])

    def _hushed(self, shelf: ShelfFact) -> bool:
        if self.hushed_by == EVERY_RULE:
            return True
        return bool(self.hushed_by) and (not shelf.rule or shelf.rule in self.hushed_by)


_METRICS: dict[str, Metric] = {}


def metric(
    name: str,
    unit: Unit,
    query: Text,
    *,
    hushed_by: frozenset[str] = frozenset(),
    **parameters: float,
) -> Callable[[Measure], Measure]:
    """Register a measure as the metric ``name``, with the defaults of its parameters."""

    def register(measure: Measure) -> Measure:
        if name in _METRICS:
            raise ValueError(f"metric '{name}' is defined twice")
        _METRICS[name] = Metric(name, unit, query, measure, parameters, hushed_by)
        return measure

    return register


def metrics() -> Mapping[str, Metric]:
    """Return every metric by name."""
    return dict(_METRICS)


def metric_named(name: str) -> Metric:
    """Return one metric.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in _METRICS:
        raise NotFoundError(
            Text(f"没有名为“{name}”的系统数据", f"there is no metric '{name}'"),
            hint=Text("见 monitor.inspections.metrics", "see monitor.inspections.metrics"),
        )
    return _METRICS[name]


def parameter(target: Auto, name: str) -> float:
    """Return a parameter of the metric that ``target`` names."""
    return _METRICS[target.metric].parameter(target, name)


def some(count: float, noun: str) -> str:
    """Return a count with its English noun: ``1 day``, ``3 days``."""
    return f"{count:g} {noun}" if count == 1 else f"{count:g} {noun}s"


def named(names: Sequence[str]) -> Text:
    """Return a few names in one breath: ``A、B 等5项`` / ``A, B and 3 more``."""
    shown, more = names[:_MOST_NAMED], len(names) - _MOST_NAMED
    zh, en = "、".join(shown), ", ".join(shown)
    if more > 0:
        return Text(zh=f"{zh}等{len(names)}项", en=f"{en} and {more} more")
    return Text(zh=zh, en=en)


def named_texts(names: Sequence[Text]) -> Text:
    """Return a few bilingual names in one breath."""
    return Text(zh=named([name.zh for name in names]).zh, en=named([name.en for name in names]).en)


def _sentence(text: Text) -> Text:
    return Text(zh=text.zh, en=text.en[:1].upper() + text.en[1:])


def _status(finding: Finding, target: Auto) -> MetricStatus:
    if isinstance(finding, Unknown):
        return MetricStatus.UNKNOWN
    if finding.broken:
        return MetricStatus.FAIL
    if finding.value is None or target.op.holds(finding.value, target.threshold):
        return MetricStatus.PASS
    return MetricStatus.FAIL
