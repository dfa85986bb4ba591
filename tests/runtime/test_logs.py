"""What a process logs, and what its logging must not take from others.

Logging belongs to a whole process, so each test begins one.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_REFUSED = """
import sys
from pathlib import Path
from monitor.alerts.channels import ChannelSpec, DeliveryError, Message, open_channel
from monitor.runtime.logs import configure_logs

configure_logs(Path(sys.argv[1]))
channel = open_channel(ChannelSpec("duty", "json://127.0.0.1:1/hook"))
configure_logs(Path(sys.argv[1]))  # whichever comes first
try:
    channel.send(Message("t", "b"))
except DeliveryError as error:
    print(error)
"""

_WITH_CREDENTIALS = """
import logging, sys
from pathlib import Path
import structlog
from monitor.runtime.logs import configure_logs

configure_logs(Path(sys.argv[1]))
logging.getLogger("some.package").warning("opening rtsp://admin:SECRET@10.0.0.9/ch1")
structlog.get_logger("kanhu").warning("offline", url="rtsp://admin:SECRET@10.0.0.9/ch1")
"""

_BESIDE_A_BAR = """
import io, sys
import structlog
from monitor.runtime.logs import configure_logs

configure_logs()
sys.stderr = io.StringIO()  # as a progress bar does, to write what others say above itself
structlog.get_logger("kanhu").warning("offline")
print(sys.stderr.getvalue())
"""


def _run(script: str, log: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, str(log)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_why_a_message_was_not_taken_is_still_told(tmp_path: Path) -> None:
    assert "Connection error" in _run(_REFUSED, tmp_path / "kanhu.log")


def test_credentials_are_taken_out_of_every_line(tmp_path: Path) -> None:
    _run(_WITH_CREDENTIALS, tmp_path / "kanhu.log")
    lines = (tmp_path / "kanhu.log").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["level"] for line in lines] == ["warning", "warning"]
    assert "SECRET" not in "".join(lines)


def test_lines_go_to_what_the_error_stream_is_now() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BESIDE_A_BAR], capture_output=True, text=True, check=True
    )
    assert "offline" in done.stdout
    assert not done.stderr
