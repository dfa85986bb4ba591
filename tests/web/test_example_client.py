"""The client that the documentation shows works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.domain.access import DISTRICT
from monitor.store.api_tokens import ApiTokenRepository

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
PAGE = Path(__file__).parents[2] / "docs/how-to/api.md"


def test_the_client_of_the_documentation_follows_alerts(
    served: Served, world: World, operator: User, tmp_path: Path
) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    program = tmp_path / "client.py"
    program.write_text(found[1], "utf-8")
    token, _ = ApiTokenRepository(world.database).create(
        operator, "client", ["watch", "handle"], DISTRICT, timedelta(days=1), world.now
    )
    world.raise_alert("bamboo-hall", "crowding")
    command = [sys.executable, "-I", str(program), served.url, token]
    command += ["--acknowledge", "--count", "1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "1 open alerts\n"
        listening = served.app.state.site.hub
        assert listening.well
        for attempt in range(200):
            alert = world.raise_alert(ago=90.0 + attempt)
            try:
                out, errors = running.communicate(timeout=0.5)
                break
            except subprocess.TimeoutExpired:
                continue
        else:
            running.kill()
            raise AssertionError("the client heard of no alert")
    assert running.returncode == 0, errors
    assert "2 children in Toddler room with no adult present" in out
    assert alert == 2
    assert world.alert_state(alert) == "acknowledged"


def test_the_client_gives_up_with_a_wrong_token(served: Served, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    program = tmp_path / "client.py"
    program.write_text(found[1], "utf-8")
    command = [sys.executable, "-I", str(program), served.url, "kanhu_wrong"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "401" in done.stderr
