"""``monitor demo``: the demo district."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.language import language_named, language_of_the_terminal, say
from monitor.cli.output import progress
from monitor.domain.text import Text

if TYPE_CHECKING:
    from monitor.demo.start import Welcome


def demo(
    video: Annotated[
        list[Path] | None,
        typer.Option("--video", help="Add a recording of your own as a further camera."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the web pages.", min=1, max=65535)] = 8480,
    language: Annotated[
        str | None, typer.Option(help="Language of the pages: zh or en; else the terminal's.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--data", help="Folder for everything the demo writes.")
    ] = None,
) -> None:
    """Start a demo district on composed footage and print where to sign in.

    Example: `monitor demo --video my-nursery.mp4`
    """
    # The demo pulls in everything; other commands should not wait for it.
    from monitor.demo.start import DemoOptions, run_demo

    pages = language_named(language) if language else language_of_the_terminal()
    options = DemoOptions(tuple(video or ()), port, folder, pages)
    with ExitStack() as display:
        report = display.enter_context(progress())

        def ready(welcome: Welcome) -> None:
            display.close()  # bars that go on being drawn would push the link off the screen
            _greet(welcome)

        run_demo(options, report, ready)


def _greet(welcome: Welcome) -> None:
    say(
        Text(
            f"""
  看护 Kanhu — 演示区，使用合成画面

    用此链接登录，只能用一次：{welcome.link}
    或在 {welcome.address} 登录，用户名 {welcome.user}，密码 {welcome.password}

    一分钟内会出现告警。日志：{welcome.logs}
    按 Ctrl-C 全部停止。
""",
            f"""
  Kanhu — demo district on composed footage

    Sign in with this link, once:  {welcome.link}
    or at {welcome.address}  as  {welcome.user}  with password  {welcome.password}

    Alerts appear within a minute. Logs: {welcome.logs}
    Ctrl-C stops everything.
""",
        )
    )
