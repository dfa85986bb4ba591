"""The supervisor against real processes that die, hang and stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.runtime.supervisor import Child, Supervisor


def run_until_told(folder: str) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    (Path(folder) / f"started-{os.getpid()}").touch()
    stop.wait(60)
    (Path(folder) / f"stopped-{os.getpid()}").touch()


def die_at_once(folder: str) -> None:
    (Path(folder) / f"died-{os.getpid()}").touch()
    os._exit(3)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def keep_signal_handlers() -> object:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
        signal.signal(number, handler)


def test_stops_children_cleanly(tmp_path: Path) -> None:
    supervisor = Supervisor([Child("one", run_until_told, (str(tmp_path),))])

    def stop_when_started() -> None:
        wait_for(lambda: bool(list(tmp_path.glob("started-*"))))
        supervisor.stop()

    threading.Thread(target=stop_when_started).start()
    supervisor.run()
    assert len(list(tmp_path.glob("stopped-*"))) == 1


def test_restarts_a_child_that_was_killed_and_leaves_the_other_alone(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    supervisor = Supervisor(
        [Child("one", run_until_told, (str(one),)), Child("two", run_until_told, (str(two),))]
    )

    def kill_one() -> None:
        wait_for(lambda: bool(list(one.glob("started-*"))) and bool(list(two.glob("started-*"))))
        victim = int(next(one.glob("started-*")).name.removeprefix("started-"))
        os.kill(victim, signal.SIGKILL)
        wait_for(lambda: len(list(one.glob("started-*"))) == 2)
        supervisor.stop()

    threading.Thread(target=kill_one).start()
    supervisor.run()
    assert len(list(two.glob("started-*"))) == 1


def test_waits_longer_each_time_a_child_dies_young(tmp_path: Path) -> None:
    child = Child("doomed", die_at_once, (str(tmp_path),))
    supervisor = Supervisor([child])

    def stop_after_two_deaths() -> None:
        wait_for(lambda: child.restarts >= 1 and len(list(tmp_path.glob("died-*"))) >= 2)
        wait_for(lambda: child.wait >= 4)
        supervisor.stop()

    threading.Thread(target=stop_after_two_deaths).start()
    supervisor.run()
    assert child.wait >= 4
