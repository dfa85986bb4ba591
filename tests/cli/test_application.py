from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from monitor.cli.application import COMMANDS, application
from tests.cli.conftest import Run


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    group = typer.main.get_group(application)
    command = group.get_command(typer.Context(group), name)
    assert command is not None
    assert command.name == name
    assert " ".join((command.help or "").split("\n\n")[0].split()) == COMMANDS[name].summary


def test_the_list_names_every_command(monitor: Run) -> None:
    outcome = monitor("--help")
    assert outcome.code == 0
    for name in COMMANDS:
        assert f" {name} " in outcome.out


def test_an_unknown_command_is_an_error_that_names_one_like_it(monitor: Run) -> None:
    outcome = monitor("chek")
    assert outcome.code == 2
    assert "check" in outcome.err


def test_naming_the_commands_loads_none_of_them() -> None:
    heavy = "sqlalchemy", "torch", "av", "cv2", "monitor.web", "monitor.store"
    code = (
        "import sys; from typer.testing import CliRunner; "
        "from monitor.cli.application import application; "
        "assert CliRunner().invoke(application, ['--help']).exit_code == 0; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr
