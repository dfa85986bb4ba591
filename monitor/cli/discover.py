"""``monitor discover``: what is there to be connected?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json
from monitor.domain.errors import InputError
from monitor.runtime.environment import Environment
from monitor.runtime.gb28181_devices import Discovery, discover_devices
from monitor.streams.gb28181.locator import Locator


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
        for line in _lines(found):
            typer.echo(line)
    if any(device.fault or device.state != "online" for device in found.devices):
        raise typer.Exit(1)


def _lines(found: Discovery) -> Iterator[str]:
    # Not a table: ids must be whole, to be copied.
    for device in found.devices:
        facts = (device.state, device.facts.get("address"), device.facts.get("agent"), device.fault)
        yield "  ".join((device.id, *(str(fact) for fact in facts if fact)))
        for channel in device.channels:
            state = {True: "online", False: "offline", None: ""}[channel.online]
            url = str(Locator(device.id, channel.id))
            yield "  " + "  ".join(filter(None, (url, channel.name, state)))
        if device.channels and not device.complete:
            yield "  … the device announced more channels than it named"
    for stranger in found.strangers:
        yield (
            f"turned away: {stranger['id']} from {stranger['host']} at {stranger['seen']} "
            f"({stranger['why']})"
        )
