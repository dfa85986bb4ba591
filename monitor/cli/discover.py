"""``monitor discover``: what is there to be connected?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json, print_rows
from monitor.domain.errors import InputError
from monitor.runtime.environment import Environment
from monitor.runtime.gb28181_devices import Discovery, discover_devices

_COLUMNS = ("device", "state", "address", "channel", "name", "channel_state", "url", "fault")


def discover(
    config: ConfigFile,
    gb28181: Annotated[
        bool, typer.Option("--gb28181", help="Recorders signed in by GB/T 28181, with catalogue.")
    ] = False,
    wait: Annotated[
        float,
        typer.Option(help="Seconds to wait for sign-ins if the service does not run.", min=0),
    ] = 90.0,
    as_json: JsonFlag = False,
) -> None:
    """List devices and their channels, with the URL to write for each camera.

    Exit code 1 if a listed device is not signed in or does not tell what it has.

    Example: `monitor discover --gb28181 -c configs/district.yaml`
    """
    if not gb28181:
        raise InputError("say what to look for", where="monitor discover", hint="add --gb28181")
    found = discover_devices(Environment.load(config), wait)
    if as_json:
        print_json(found.as_dict())
    else:
        print_rows(_COLUMNS, _rows(found), as_json=False)
        for stranger in found.strangers:
            typer.echo(
                f"turned away: {stranger['id']} from {stranger['host']} at {stranger['seen']} "
                f"({stranger['why']})"
            )
    if any(device.fault or device.state != "online" for device in found.devices):
        raise typer.Exit(1)


def _rows(found: Discovery) -> Iterator[dict[str, Any]]:
    for device in found.devices:
        row = {
            "device": device.id,
            "state": device.state,
            "address": device.facts.get("address"),
            "fault": device.fault,
        }
        if not device.channels:
            yield dict.fromkeys(_COLUMNS) | row
        for channel in device.channels:
            states = {True: "online", False: "offline", None: ""}
            yield row | {
                "channel": channel.id,
                "name": channel.name,
                "channel_state": states[channel.online],
                "url": f"gb28181://{device.id}/{channel.id}",
            }
