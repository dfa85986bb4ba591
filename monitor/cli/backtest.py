"""``monitor backtest``: what would have fired on the last days' tracks?"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor.cli.language import language_named
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, errors, print_json, print_rows, progress
from monitor.domain.clock import SystemClock, to_datetime, utc_now
from monitor.domain.durations import seconds
from monitor.domain.errors import InputError
from monitor.domain.events import Event
from monitor.domain.text import Language, Text
from monitor.runtime.backtest.comparison import Comparison, Fired, Would
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.trial import Trial, TrialResult, parse_changes, rooms_of, run_trial
from monitor.runtime.backtest.words import LIMIT, summary
from monitor.runtime.environment import Environment
from monitor.runtime.opening import open_store
from monitor.runtime.opening_days import KnownDays
from monitor.store.fired_events import FiredEventRepository

_COLUMNS = ("room", "raised", "cleared", "fired", "verdict", "outcome", "alert")
_DAYS = 7


def backtest(
    config: ConfigFile,
    rule: Annotated[str, typer.Option(help="The rule to try.")],
    camera: Annotated[str, typer.Option(help="Only the room of this camera (its id).")] = "",
    room: Annotated[str, typer.Option(help="Only this room (its id).")] = "",
    institution: Annotated[str, typer.Option(help="Only this institution (its id).")] = "",
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter to change, as after=90s; may be repeated."),
    ] = None,
    since: Annotated[
        str, typer.Option(help="From when: 2026-11-20, 2026-11-20T08:00, or 12h for the last 12.")
    ] = "",
    until: Annotated[
        str, typer.Option(help="Until when, written likewise; now if not given.")
    ] = "",
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="How many rooms to replay at once, a process each.")
    ] = 1,
    language: Annotated[str, typer.Option(help="Language of the sentences: zh or en.")] = "en",
    as_json: JsonFlag = False,
) -> None:
    """Replay the kept tracks of the last days with the present rules, or with changed parameters.

    Prints what fired beside what would have fired, with what operators said about it. Without
    `--set` it shows what the present configuration makes of those days.

    Example: `monitor backtest -c configs/district.yaml --rule unattended_child --set after=90s`
    """
    spoken = language_named(language)
    parsed = parse_changes(rule, _pairs(changes or []), "--set")
    environment = Environment.load(config)
    if sum(map(bool, (camera, room, institution))) > 1:
        raise InputError(
            Text(
                "摄像机、房间、机构只写其中一个",
                "name a camera, a room or an institution, not several",
            ),
            where="--camera, --room",
        )
    window = _window(environment, since, until)
    rooms = rooms_of(environment.district, camera=camera, room=room, institution=institution)
    cameras, timezone = environment.district.cameras, environment.district.timezone
    with closing(open_store(environment)) as database:
        days = KnownDays.read(database, timezone, rooms)
        fired = FiredEventRepository(database).fired(
            [item.id for item in rooms], rule, to_datetime(window.start), to_datetime(window.end)
        )
    trial = Trial(rooms, cameras, rule, parsed, window, camera or None, days)
    with progress() as report:
        result = run_trial(
            trial,
            environment.tracks_folder,
            fired,
            lambda share: report("tracks", share),
            jobs=jobs,
        )
    if as_json:
        print_json(_as_json(trial, result, spoken))
    else:
        _print(environment, result, spoken)


def _pairs(changes: list[str]) -> dict[str, str]:
    pairs = {}
    for text in changes:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(
                Text(f"“{text}”不是修改", f"'{text}' is not a change"),
                where="--set",
                hint=Text("写作 after=90s", "write it as after=90s"),
            )
        pairs[name.strip()] = value
    return pairs


def _window(environment: Environment, since: str, until: str) -> Span:
    now = utc_now(SystemClock())
    zone = ZoneInfo(environment.district.timezone)
    end = _moment(until, "--until", now, zone) if until else now
    days = timedelta(seconds=environment.settings.tracks.keep or _DAYS * 86400)
    start = _moment(since, "--since", now, zone) if since else end - days
    if start >= end:
        raise InputError(Text("结束早于开始", "ends before it begins"), where="--since, --until")
    return Span(start.timestamp(), end.timestamp())


def _moment(text: str, where: str, now: datetime, zone: ZoneInfo) -> datetime:
    try:
        return now - timedelta(seconds=seconds(text))
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text(f"“{text}”不是时间", f"'{text}' is not a time"),
            where=where,
            hint=Text(
                "写作 2026-11-20、2026-11-20T08:00，或用 12h 表示十二小时前",
                "write 2026-11-20, 2026-11-20T08:00, or 12h for twelve hours ago",
            ),
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _print(environment: Environment, result: TrialResult, language: Language) -> None:
    zone = ZoneInfo(environment.district.timezone)
    comparison = result.comparison
    rows = [_row(item, zone) for item in comparison.fired]
    rows += [_row(item, zone) for item in comparison.would if item.new]
    print_rows(_COLUMNS, sorted(rows, key=lambda row: str(row["raised"])), as_json=False)
    typer.echo(summary(comparison).of(language))
    errors.print(LIMIT.of(language))
    if not result.hours:
        errors.print("No tracks are kept for this time: see `tracks: {keep: …}`.")
    errors.print(
        f"{result.hours:.1f} hours of tracks of {len(result.rooms)} rooms in "
        f"{result.elapsed:.1f} s: {result.speed:.2f} hours a second"
    )


def _row(item: Fired | Would, zone: ZoneInfo) -> dict[str, Any]:
    event = item.event
    common = {
        "room": event.room_id,
        "raised": _clock(event.raised, zone),
        "cleared": None if event.cleared is None else _clock(event.cleared, zone),
    }
    if isinstance(item, Would):
        return {**common, "fired": "no", "verdict": "", "outcome": "new", "alert": None}
    outcome = item.fate.value
    if item.later is not None and abs(item.later) >= 1:
        outcome += f" {item.later:+.0f} s"
    return {
        **common,
        "fired": "yes",
        "verdict": item.verdict.value,
        "outcome": outcome,
        "alert": item.alert_id,
    }


def _clock(posix: float, zone: ZoneInfo) -> str:
    return f"{to_datetime(posix).astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _as_json(trial: Trial, result: TrialResult, language: Language) -> dict[str, Any]:
    comparison = result.comparison
    return {
        "rule": trial.rule,
        "set": dict(trial.changes),
        "since": to_datetime(trial.window.start),
        "until": to_datetime(trial.window.end),
        "summary": summary(comparison).of(language),
        "counts": _counts(comparison),
        "fired": [
            {
                **_event(item.event),
                "alert": item.alert_id,
                "verdict": item.verdict.value,
                "fate": item.fate.value,
                "later": None if item.later is None else round(item.later, 3),
            }
            for item in comparison.fired
        ],
        "would": [{**_event(item.event), "new": item.new} for item in comparison.would],
        "rooms": [
            {"room": room.room_id, "hours": round(room.seconds / 3600, 3), "looks": room.looks}
            for room in result.rooms
        ],
        "elapsed": round(result.elapsed, 3),
        "hours_per_second": round(result.speed, 3),
        "limit": LIMIT.of(language),
    }


def _counts(comparison: Comparison) -> dict[str, Any]:
    verdicts = {
        verdict.value: {"kept": count.kept, "gone": count.gone}
        for verdict, count in comparison.counts.items()
    }
    return {**verdicts, "new": comparison.new, "untold": comparison.untold}


def _event(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "room": event.room_id,
        "zone": event.zone_id,
        "camera": event.camera_id,
        "severity": event.severity.value,
        "onset": to_datetime(event.onset),
        "raised": to_datetime(event.raised),
        "cleared": None if event.cleared is None else to_datetime(event.cleared),
    }
