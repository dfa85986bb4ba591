"""A roll-up laid out as blocks for paper: headings, tiles, tables, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple
from typing import Any

from monitor.domain.text import Language
from monitor.inspections.reports import rollup_pictures as pictures
from monitor.inspections.reports.qr import qr_svg
from monitor.inspections.reports.rollup_blocks import Block, BlockMaker
from monitor.inspections.reports.rollup_glance import glance, share_of
from monitor.inspections.reports.rollup_words import (
    MEASURES,
    NOTES,
    NOTHING,
    WORDS,
    area,
    days,
    number,
    percent,
    period_name,
    seconds,
    title,
)
from monitor.inspections.reports.words import SEVERITIES, moment, month_name
from monitor.inspections.rollup import Rollup, RollupKind
from monitor.inspections.rollup.facts import ProposalFact

_MOST_OVERDUE = 150
_MOST_CHANNELS = 60
_MOST_REASONS = 3
_LOWEST = 12


def rollup_sheet(rollup: Rollup, language: Language, address: str) -> dict[str, Any]:
    """Return all that ``rollup.typ`` draws, as plain JSON; ``address`` is that of the pages."""
    speak = _Sheet(rollup, language)
    return {
        "language": language,
        "title": title(rollup).of(language),
        "name": period_name(rollup).of(language),
        "area": area(rollup).of(language),
        "as_of": speak.as_of,
        "hash": rollup.content_sha256,
        "hash_word": WORDS["hash"].of(language),
        "blocks": list(speak.blocks(address)),
    }


class _Sheet:
    """Says one roll-up in one language."""

    def __init__(self, rollup: Rollup, language: Language) -> None:
        self._all = rollup
        self._language = language
        self._make = BlockMaker(language)
        self._names = {row.place.id: row.place.name for row in rollup.institutions}

    @property
    def as_of(self) -> str:
        """Until when the data go."""
        zone = self._all.timezone
        return f"{self._make.word('as_of')} {moment(self._all.as_of, zone)} ({zone})"

    def blocks(self, address: str) -> Iterator[Block]:
        """Return everything from the first page to the last."""
        yield self._make.heading("glance")
        yield {
            "kind": "tiles",
            "tiles": [list(astuple(tile)) for tile in glance(self._all, self._language)],
        }
        yield {"kind": "proof", "proof": self._proof(address)}
        year = self._all.kind is RollupKind.YEAR
        yield self._make.heading("year_trends" if year else "trends")
        yield self._make.pictures(pictures.trends(self._all, self._language), 2)
        yield self._months()
        yield from self._findings()
        yield from self._alerts()
        yield from self._cameras()
        yield from self._retention()
        yield from self._risk()
        yield from self._items()
        yield from self._institutions()
        yield {
            "kind": "notes",
            "title": self._make.word("notes"),
            "texts": [note.of(self._language) for note in NOTES],
        }

    def _months(self) -> Block:
        return self._make.table(
            (
                "month",
                "inspected",
                "pass_share",
                "score_short",
                "raised",
                "closed",
                "overdue",
                "alerts",
                "false_share",
                "ack_median",
                "uptime",
            ),
            "lrrrrrrrrrr",
            [
                (
                    month_name(month.month).of(self._language),
                    f"{month.inspected} / {month.institutions}",
                    percent(month.tally.pass_share),
                    number(month.score_median),
                    str(month.findings_raised),
                    str(month.findings_closed),
                    str(month.findings_overdue),
                    str(month.alerts.total),
                    percent(month.alerts.false_share),
                    self._seconds(month.alerts.acknowledged_median),
                    percent(month.uptime),
                )
                for month in self._all.months
            ],
            [1.2, 0.9, 0.9, 0.7, 0.8, 0.8, 0.9, 0.7, 0.9, 1.6, 1],
        )

    def _items(self) -> Iterator[Block]:
        yield self._make.heading("items")
        worst = pictures.worst_items(self._all, self._language)
        if worst.table.rows:
            yield self._make.pictures([worst], 1)
        yield self._make.table(
            ("number", "item", "severity", "passed", "failed", "na", "blank", "fail_share"),
            "lllrrrrr",
            [
                (
                    item.id,
                    item.text.of(self._language),
                    SEVERITIES[item.severity].of(self._language),
                    str(item.tally.passed),
                    str(item.tally.failed),
                    str(item.tally.not_applicable),
                    str(item.tally.blank),
                    percent(share_of(item.tally.failed, item.tally.judged)),
                )
                for item in self._all.items
            ],
            [0, 1, 0, 0, 0, 0, 0, 0],
        )

    def _institutions(self) -> Iterator[Block]:
        yield self._make.heading("institutions")
        for sheet in pictures.result_maps(self._all, self._language):
            yield self._make.pictures([sheet], 1)
        for sheet in pictures.score_maps(self._all, self._language):
            yield self._make.pictures([sheet], 1)
        yield self._make.table(
            (
                "institution",
                "community",
                "inspected",
                "passed",
                "failed",
                "na",
                "blank",
                "score_short",
                "open",
                "overdue",
                "alerts",
                "uptime",
            ),
            "lllrrrrrrrrr",
            [
                (
                    row.place.name.of(self._language),
                    row.place.community or NOTHING,
                    self._visited(row.inspected),
                    str(row.tally.passed),
                    str(row.tally.failed),
                    str(row.tally.not_applicable),
                    str(row.tally.blank),
                    number(self._all.score_of(row)),
                    str(row.findings_open),
                    str(row.findings_overdue),
                    str(row.alerts),
                    percent(row.uptime),
                )
                for row in self._all.institutions
            ],
            [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        )

    def _visited(self, inspected: Sequence[bool]) -> str:
        if self._all.kind is RollupKind.YEAR:
            return f"{sum(inspected)} / {len(inspected)}"
        yes, no = ("是", "否") if self._language == "zh" else ("yes", "no")
        return yes if inspected[-1] else no

    def _findings(self) -> Iterator[Block]:
        sums = self._all.findings
        yield self._make.heading("findings")
        severities = " · ".join(
            f"{SEVERITIES[severity].of(self._language)} {count}"
            for severity, count in sums.by_severity
        )
        yield self._make.table(
            ("raised", "by_severity", "repeated", "closed", "in_time", "closed_days"),
            "rlrrrr",
            [
                (
                    str(sums.raised),
                    severities,
                    str(sums.repeated),
                    str(sums.closed),
                    percent(share_of(sums.closed_in_time, sums.closed)),
                    days(sums.closed_days_median, self._language),
                )
            ],
            [1, 2, 1, 1, 1, 1],
        )
        yield self._make.caption("overdue_list")
        yield from self._make.listed(
            (
                "institution",
                "number",
                "finding",
                "severity",
                "repeats",
                "owner",
                "due",
                "days_late",
            ),
            "llllrlrr",
            [
                (
                    one.institution.name.of(self._language),
                    one.item_id,
                    one.text.of(self._language),
                    SEVERITIES[one.severity].of(self._language),
                    str(one.repeats),
                    one.owner or NOTHING,
                    one.due.isoformat(),
                    str(one.days),
                )
                for one in self._all.overdue
            ],
            [1.2, 0, 2, 0, 0, 0, 0, 0],
            _MOST_OVERDUE,
        )

    def _alerts(self) -> Iterator[Block]:
        yield self._make.heading("quality")
        if self._all.rules:
            yield self._make.pictures([pictures.by_rule(self._all, self._language)], 1)
        rows = [(rule.name.of(self._language), rule.quality) for rule in self._all.rules]
        rows.append((self._make.word("total"), self._all.alerts))
        yield self._make.table(
            (
                "rule",
                "total",
                "waiting",
                "resolved",
                "false",
                "drill",
                "false_share",
                "ack_median",
                "ack_p90",
            ),
            "lrrrrrrrr",
            [
                (
                    name,
                    str(one.total),
                    str(one.waiting),
                    str(one.resolved),
                    str(one.false),
                    str(one.drill),
                    percent(one.false_share),
                    self._seconds(one.acknowledged_median),
                    self._seconds(one.acknowledged_p90),
                )
                for name, one in rows
            ],
            [2, 1, 1, 1, 1, 1, 1, 1.4, 1.4],
        )

    def _cameras(self) -> Iterator[Block]:
        known = [
            (row.uptime, row.place) for row in self._all.institutions if row.uptime is not None
        ]
        lowest = sorted(known, key=lambda pair: (pair[0], pair[1].id))[:_LOWEST]
        yield self._make.heading("cameras")
        yield self._make.caption("lowest_uptime")
        yield from self._make.listed(
            ("institution", "community", "uptime"),
            "llr",
            [
                (place.name.of(self._language), place.community or NOTHING, percent(uptime))
                for uptime, place in lowest
            ],
            [2, 1, 1],
            _LOWEST,
        )

    def _retention(self) -> Iterator[Block]:
        proof = self._all.retention
        if proof is None:
            return
        met = sum(channel.met for channel in proof.channels)
        yield self._make.heading("retention")
        yield {
            "kind": "text",
            "text": f"{self._make.word('retention_at')} {moment(proof.at, self._all.timezone)} ·"
            f" {self._make.word('met')} {met} / {len(proof.channels)}",
        }
        yield from self._make.listed(
            ("institution", "channel", "required_days", "unbroken_days", "verdict"),
            "llrrl",
            [
                (
                    self._name(one.institution_id),
                    one.camera_id,
                    str(one.required_days),
                    str(one.unbroken_days),
                    self._make.word("met" if one.met else "not_met"),
                )
                for one in sorted(proof.channels, key=lambda one: (one.met, one.camera_id))
            ],
            [2, 2, 1, 1, 1],
            _MOST_CHANNELS,
        )

    def _risk(self) -> Iterator[Block]:
        yield self._make.heading("risk")
        if self._all.proposals is not None:
            yield self._make.caption("proposals")
            yield from self._make.listed(
                ("institution", "score_short", "measure", "reasons"),
                "lrll",
                [
                    (
                        self._name(one.institution_id),
                        number(one.score),
                        self._measures(one.measures),
                        self._joined(
                            reason.of(self._language) for reason in one.reasons[:_MOST_REASONS]
                        ),
                    )
                    for one in sorted(self._all.proposals, key=_gravest_first)
                ],
                [1.2, 0, 1, 3],
                _MOST_OVERDUE,
            )
        yield self._make.caption("decisions")
        yield from self._make.listed(
            ("at", "institution", "measure", "proposed", "reasons", "by", "signature"),
            "lllllll",
            [
                (
                    moment(one.at, self._all.timezone),
                    self._name(one.institution_id),
                    self._measures((one.measure,)),
                    self._measures(one.proposed),
                    one.reason,
                    one.by,
                    one.sha256[:16],
                )
                for one in self._all.decisions
            ],
            [0, 1.2, 0, 0, 2, 0, 0],
            _MOST_OVERDUE,
        )

    def _name(self, institution_id: str) -> str:
        known = self._names.get(institution_id)
        return institution_id if known is None else known.of(self._language)

    def _measures(self, measures: Sequence[str]) -> str:
        return self._joined(
            MEASURES[one].of(self._language) if one in MEASURES else one for one in measures
        )

    def _joined(self, parts: Iterator[str] | Sequence[str]) -> str:
        return ("；" if self._language == "zh" else "; ").join(parts) or NOTHING

    def _proof(self, address: str) -> dict[str, Any]:
        where = f"{address}/verify/{self._all.content_sha256}"
        return {
            "hashes": [[self._make.word("hash"), self._all.content_sha256]],
            "words": self._make.word("verify"),
            "address": where,
            "qr": qr_svg(where),
        }

    def _seconds(self, value: float | None) -> str:
        return seconds(value, self._language)


def _gravest_first(one: ProposalFact) -> tuple[int, float, str]:
    known = list(MEASURES)
    ranks = [known.index(measure) for measure in one.measures if measure in MEASURES]
    return min(ranks, default=len(known)), -one.score, one.institution_id
