"""``monitor discover``: what is there to be connected?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import ConfigFile
from monitor.cli.output import JsonFlag, print_json
from monitor.domain.errors import InputError
from monitor.domain.system_words import unwritable
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.gb28181_devices import Discovery, discover_devices
from monitor.runtime.onvif_devices import OnvifReport, discover_onvif, fillings
from monitor.settings.onboarding import write_template
from monitor.streams.gb28181.locator import Locator


def discover(
    config: ConfigFile,
    gb28181: Annotated[
        bool, typer.Option("--gb28181", help="Recorders signed in by GB/T 28181, with catalogue.")
    ] = False,
    onvif: Annotated[
        bool, typer.Option("--onvif", help="Cameras in this network that speak ONVIF.")
    ] = False,
    wait: Annotated[
        float,
        typer.Option(help="Seconds to wait for sign-ins if the service does not run.", min=0),
    ] = 90.0,
    onvif_wait: Annotated[
        float, typer.Option(help="Seconds to wait for ONVIF answers.", min=0.2, max=60)
    ] = 3.0,
    user: Annotated[str, typer.Option(help="ONVIF user of the cameras.")] = "",
    password: Annotated[
        str,
        typer.Option(envvar="KANHU_ONVIF_PASSWORD", help="Their password; best by environment."),
    ] = "",
    interface: Annotated[
        str, typer.Option(help="Own address of the network to ask in, where there are several.")
    ] = "",
    ask: Annotated[
        str, typer.Option(help="Ask HOST:PORT instead of everybody in the network.")
    ] = "",
    sheet: Annotated[
        Path | None,
        typer.Option(help="Write the ONVIF cameras into a spreadsheet for `monitor import`."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List devices and their channels, with the URL to write for each camera.

    Exit code 1 if a listed device is not signed in or does not tell what it has.

    Example: `monitor discover --gb28181 -c configs/district.yaml`
    Example: `monitor discover --onvif --user viewer --sheet found.xlsx -c configs/district.yaml`
    """
    if gb28181 == onvif:
        raise InputError(
            Text("请写明要找什么", "say what to look for"),
            where="monitor discover",
            hint=Text("加上 --gb28181 或 --onvif", "add --gb28181 or --onvif"),
        )
    environment = Environment.load(config)
    if onvif:
        reports = discover_onvif(
            onvif_wait,
            environment.settings.sources.reach(),
            username=user,
            password=password,
            interface=interface,
            to=_place(ask) if ask else None,
        )
        _show_onvif(reports, as_json)
        if sheet is not None:
            _write_sheet(sheet, reports, user)
        if any(report.fault for report in reports):
            raise typer.Exit(1)
        return
    found = discover_devices(environment, wait)
    if as_json:
        print_json(found.as_dict())
    else:
        for line in _lines(found):
            typer.echo(line)
    if any(device.fault or device.state != "online" for device in found.devices):
        raise typer.Exit(1)


def _place(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise InputError(
            Text("不是“主机:端口”", "is no HOST:PORT"),
            where="--ask",
            hint=Text("如 10.1.2.255:3702", "for example 10.1.2.255:3702"),
        )
    return host, int(port)


def _show_onvif(reports: tuple[OnvifReport, ...], as_json: bool) -> None:
    if as_json:
        print_json({"devices": [report.as_dict() for report in reports]})
        return
    if not reports:
        typer.echo("no device answered; see docs/how-to/onboarding.md")
    for report in reports:
        found, facts = report.found, report.facts
        known = (facts.maker, facts.model, facts.serial) if facts else (found.hardware,)
        offset = report.clock_offset
        clock = "" if offset is None or abs(offset) < 1 else f"clock {offset:+.0f} s"
        typer.echo("  ".join(filter(None, (found.host, found.name, *known, clock, report.fault))))
        for profile in report.profiles:
            size = f"{profile.width}×{profile.height}" if profile.width else ""
            line = (report.url(profile), profile.name, profile.codec, size)
            typer.echo("  " + "  ".join(filter(None, line)))


def _write_sheet(path: Path, reports: tuple[OnvifReport, ...], user: str) -> None:
    try:
        path.write_bytes(write_template("zh", fillings(reports, user)))
    except OSError as error:
        raise InputError(
            unwritable(error), where=str(path), hint=Text("换一个文件", "name another file")
        ) from None


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
