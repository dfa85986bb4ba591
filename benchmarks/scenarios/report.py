"""Printing what many scenarios came to."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.scenarios.intervals import percentile, rate_interval, share_interval
from benchmarks.scenarios.score import RULES, Score
from benchmarks.scenarios.tally import CONDITIONS, Ages


def as_plain(score: Score) -> dict[str, Any]:
    """Return the numbers as plain values, for JSON."""
    alarms = sum(score.false.values())
    days = score.camera_days
    return {
        "staged": {
            "events": score.staged,
            "found": score.found,
            "interval": _rounded(share_interval(score.found, score.staged)),
            "late_s": {
                name: round(percentile(score.late, share), 1) if score.late else None
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            },
        },
        "false_alarms": {
            "camera_days": round(days, 2),
            **{rule: _rate(score.false[rule], days) for rule in RULES},
            "all": _rate(alarms, days),
        },
        "recall": {
            ("adult" if adult else "child"): {
                name: {
                    "looks": score.tally.there[adult, name],
                    "boxes": _share(score.tally.found, score.tally.there, (adult, name)),
                    "followed": _share(score.tally.followed, score.tally.there, (adult, name)),
                }
                for name in CONDITIONS
                if score.tally.there[adult, name]
            }
            for adult in (True, False)
        },
        "age_by_track": {
            "standing_or_walking": _ages(score.tally.standing),
            "any_posture": _ages(score.tally.any_posture),
        },
        "speed": {
            "looks": score.looks,
            "camera_hours": round(score.camera_hours, 2),
            "ms_per_look": round(1000 * score.busy_seconds / max(score.looks, 1), 3),
            "camera_hours_per_cpu_minute": round(
                60 * score.camera_hours / max(score.busy_seconds, 1e-9), 1
            ),
        },
        "replay": [[a.kind, a.seed, a.time, a.what] for a in score.replays],
    }


def show(plain: dict[str, Any], console: Console) -> None:
    """Print the numbers as tables."""
    staged, false = plain["staged"], plain["false_alarms"]
    low, high = staged["interval"]
    console.print(
        f"[bold]Unattended, staged[/]: {staged['found']} of {staged['events']} found "
        f"(95 %: {low:.1%} to {high:.1%}); beyond 'after' "
        + ", ".join(f"{name} {value} s" for name, value in staged["late_s"].items())
    )
    for rule in (*RULES, "all"):
        rate = false[rule]
        low, high = rate["interval"]
        console.print(
            f"[bold]False alarms, {rule}[/]: {rate['alarms']} in {false['camera_days']} camera-days"
            f" = {rate['a_camera_day']:.3f} a day (95 %: {low:.3f} to {high:.3f})"
        )
    console.print(_recall_table(plain["recall"]), _age_table(plain["age_by_track"]))
    speed = plain["speed"]
    console.print(
        f"{speed['camera_hours']} camera-hours, {speed['ms_per_look']} ms a look, "
        f"{speed['camera_hours_per_cpu_minute']} camera-hours a minute and core"
    )
    for kind, seed, time, what in plain["replay"]:
        console.print(f"  {what} at {time} s: --replay {seed} --kind {kind}")


def _recall_table(recall: dict[str, Any]) -> Table:
    table = Table("who", "condition", "person-looks", "box found", "followed", box=None)
    for who, rows in recall.items():
        for name, row in rows.items():
            table.add_row(
                who, name, str(row["looks"]), f"{row['boxes']:.1%}", f"{row['followed']:.1%}"
            )
    return table


def _age_table(ages: dict[str, Any]) -> Table:
    table = Table("age by track", "who", "tracks", "right", "wrong", "unknown", box=None)
    for posture, rows in ages.items():
        for who, row in rows.items():
            shares = (f"{row[name]:.1%}" for name in ("right", "wrong", "unknown"))
            table.add_row(posture, who, str(row["tracks"]), *shares)
    return table


def _ages(by_age: dict[bool, Ages]) -> dict[str, Any]:
    both = Ages()
    for ages in by_age.values():
        both.join(ages)
    return {
        who: {
            "tracks": ages.tracks,
            **{
                name: round(getattr(ages, name) / max(ages.tracks, 1), 4)
                for name in ("right", "wrong", "unknown")
            },
        }
        for who, ages in (("adult", by_age[True]), ("child", by_age[False]), ("both", both))
    }


def _rate(count: int, days: float) -> dict[str, Any]:
    low, high = rate_interval(count, days)
    return {
        "alarms": count,
        "a_camera_day": round(count / days, 4) if days else 0.0,
        "interval": _rounded((low, high)),
    }


def _share(part: Any, whole: Any, key: Any) -> float:
    return round(part[key] / whole[key], 4) if whole[key] else 0.0


def _rounded(pair: tuple[float, float]) -> list[float]:
    return [round(value, 4) if value < 1e9 else 1e9 for value in pair]
