"""``monitor notify``: whether people can be told, and who is on call."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor.alerts.channels import DeliveryError, open_channel
from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_rows
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.events import Severity
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.notices import channel_specs, send_test
from monitor.runtime.push import PushDesk
from monitor.settings.escalation import on_call_of

group = typer.Typer(help="Channels on which people are told.", no_args_is_help=True)


@group.command("list")
def list_channels(config: ConfigFile, as_json: JsonFlag = False) -> None:
    """List the channels, without the secrets in their addresses.

    Example: `monitor notify list -c configs/district.yaml`
    """
    specs = channel_specs(Environment.load(config).settings)
    rows = (
        {
            "channel": spec.id,
            "address": open_channel(spec).describe(),
            "severities": " ".join(item.value for item in Severity if item in spec.severities),
            "institutions": " ".join(sorted(spec.institutions)) or "all",
            "pictures": "clear" if spec.cleared else "coarse",
        }
        for spec in specs
    )
    columns = ("channel", "address", "severities", "institutions", "pictures")
    print_rows(columns, rows, as_json=as_json)


@group.command("test")
def try_channels(
    config: ConfigFile,
    channel: Annotated[
        str, typer.Argument(help="Id of a channel; all of them when not given.")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """Send a test message and say whether the services took it; exit code 1 if one did not.

    Example: `monitor notify test duty-group -c configs/district.yaml`
    """
    environment = Environment.load(config)
    settings = environment.settings
    names = [channel] if channel else [part.id for part in settings.notify.channels]
    if not names:
        raise NotFoundError(
            Text("没有配置渠道", "no channels are configured"),
            where=f"{config}: notify.channels",
            hint=Text("见 docs/how-to/notify.md", "see docs/how-to/notify.md"),
        )
    rows: list[dict[str, Any]] = []
    with closing(environment.database()) as database:
        push = PushDesk(database, settings, SystemClock())
        for name in names:
            error = ""
            try:
                send_test(settings, name, push)
            except DeliveryError as failure:
                error = failure.message
            rows.append({"channel": name, "taken": not error, "error": error})
    print_rows(("channel", "taken", "error"), rows, as_json=as_json)
    if any(row["error"] for row in rows):
        raise typer.Exit(1)


@group.command("on-call")
def on_call(
    config: ConfigFile,
    at: Annotated[str, typer.Option(help="Moment, as 2026-11-02T20:00; now if not given.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Say who is on call in each rota.

    Example: `monitor notify on-call --at 2026-11-02T20:00 -c configs/district.yaml`
    """
    settings = Environment.load(config).settings
    moment = _moment(at, ZoneInfo(settings.district.timezone))
    people = on_call_of(settings)
    rows = []
    for rota in settings.notify.rotas:
        person = people.person(rota.id, moment)
        rows.append(
            {
                "rota": rota.id,
                "person": person.name if person else None,
                "channels": " ".join(person.channels) if person else None,
            }
        )
    print_rows(("rota", "person", "channels"), rows, as_json=as_json)


def _moment(text: str, zone: ZoneInfo) -> datetime:
    if not text:
        return utc_now(SystemClock())
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text(f"“{text}”不是时刻", f"'{text}' is not a moment"),
            where="--at",
            hint=Text("写作 2026-11-02T20:00", "write it as 2026-11-02T20:00"),
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
