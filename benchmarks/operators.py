"""Many operators at once while events pour in: how long until each browser has each event.

``python -m benchmarks.operators`` runs the whole service over a district without cameras, lets so
many operators listen (each with a session of its own, a connection for events, and the control
room fetched anew as the page does when something happened), and records events at a steady rate
from two processes, as workers do. Measured is from before an event is recorded until a
listener has received its alert, for every pair of both; an event that any listener did not get,
or got twice, is counted. All clocks are this machine's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.synchronize import Event as EventType
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from benchmarks.feed import event_in, room_id, service
from monitor.domain.access import DISTRICT, Role
from monitor.domain.clock import SystemClock, utc_now
from monitor.runtime.environment import Environment
from monitor.runtime.notices import decide_with
from monitor.store.alerts import AlertRow
from monitor.store.event_repository import EventRepository
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser

_DRAIN = 10.0
_ROOMS = 240
_WORKERS = 2
_REST, _RESTS = 0.5, 3.0  # as in monitor/web/static/js/parts.js
_PARTS = {"Kanhu-Refresh": "1"}
_ALERTS = select(AlertRow.id, AlertRow.zone_id)


Sent = dict[str, tuple[float, float]]
"""When the recording of each event began and ended, by its zone."""


@dataclass
class Crowd:
    """When each operator got each alert (by its number), and the pages they fetched."""

    listening: int = 0
    got: list[dict[int, float]] = field(default_factory=list)
    twice: int = 0
    resyncs: int = 0
    pages: list[float] = field(default_factory=list)
    failed: int = 0


def measure(operators: int, rate: float, seconds: float) -> dict[str, float]:
    """Return the latencies in seconds, what was lost, and what it cost."""
    events = round(rate * seconds)
    with TemporaryDirectory() as folder, service(Path(folder), _ROOMS) as (environment, link):
        address = link.split("/sign-in")[0]
        sessions = _sign_in(environment, operators)
        go = multiprocessing.Event()
        recorded: multiprocessing.Queue[Sent] = multiprocessing.Queue()
        shares = [range(first, events, _WORKERS) for first in range(_WORKERS)]
        workers = [
            multiprocessing.Process(target=_record, args=(environment, rate, share, go, recorded))
            for share in shares
        ]
        for worker in workers:
            worker.start()
        before = _service_cpu(workers)
        crowd, sent = asyncio.run(_listen(address, sessions, go, recorded))
        spent = _service_cpu(workers) - before
        for worker in workers:
            worker.join()
        return _summary(sent, crowd, environment) | {"service_cpu_s": spent}


def _summary(sent: Sent, crowd: Crowd, environment: Environment) -> dict[str, float]:
    with closing(environment.database()) as database, database.reading() as session:
        alerts = {zone: number for number, zone in session.execute(_ALERTS) if zone in sent}
    starts = {alerts[zone]: start for zone, (start, _) in sent.items()}
    late = np.array([got[n] - at for got in crowd.got for n, at in starts.items() if n in got])
    recording = np.array([end - start for start, end in sent.values()])
    span = max(end for _, end in sent.values()) - min(start for start, _ in sent.values())
    return {
        "events": len(sent),
        "a_second": len(sent) / span,
        "alerts": len(alerts),
        "recording_p50": float(np.percentile(recording, 50)),
        **{f"p{share}": float(np.percentile(late, share)) for share in (50, 95, 99, 100)},
        "lost": sum(number not in got for got in crowd.got for number in starts),
        "twice": crowd.twice,
        "resyncs": crowd.resyncs,
        "pages": len(crowd.pages),
        "page_p50": float(np.percentile(crowd.pages, 50)),
        "page_p99": float(np.percentile(crowd.pages, 99)),
        "pages_failed": crowd.failed,
    }


def _sign_in(environment: Environment, operators: int) -> list[str]:
    now = utc_now(SystemClock())
    with closing(environment.database()) as database:
        users, sessions = UserRepository(database), SessionRepository(database)
        tokens = []
        for number in range(operators):
            new = NewUser(
                f"operator{number}", f"Operator {number}", Role.OPERATOR, DISTRICT, "", "en"
            )
            tokens.append(sessions.start(users.create(new, secrets.token_urlsafe(12), now).id, now))
        return tokens


def _record(
    environment: Environment,
    rate: float,
    numbers: range,
    go: EventType,
    recorded: multiprocessing.Queue[Sent],
) -> None:
    """Record events at a steady rate once told to; late ones follow as fast as they can."""
    sent = {}
    with closing(environment.database()) as database:
        repository = EventRepository(database, decide_with(environment))
        go.wait()
        start = time.time()
        for number in numbers:
            time.sleep(max(0.0, start + number / rate - time.time()))
            zone = f"zone-{number}"
            event = event_in(room_id(number % _ROOMS), zone)
            began = time.time()
            repository.record(event, datetime.now(UTC))
            sent[zone] = (began, time.time())
    recorded.put(sent)


async def _listen(
    address: str, sessions: Sequence[str], go: EventType, recorded: multiprocessing.Queue[Sent]
) -> tuple[Crowd, Sent]:
    """Listen, let the workers begin when all do, until everything is recorded and a bit longer."""
    crowd, sent, waited = Crowd(), Sent(), 0
    operators = [asyncio.create_task(_operator(address, token, crowd)) for token in sessions]
    while waited < _WORKERS:
        for task in operators:
            if task.done():
                task.result()
                raise SystemExit("an operator was told to go")
        if crowd.listening == len(sessions):
            go.set()
        while not recorded.empty():
            sent |= recorded.get()
            waited += 1
        await asyncio.sleep(0.5)
    await asyncio.sleep(_DRAIN)
    for task in operators:
        task.cancel()
    await asyncio.gather(*operators, return_exceptions=True)
    return crowd, sent


async def _operator(address: str, token: str, crowd: Crowd) -> None:
    """Listen, and fetch the page when something happened, one fetch at a time, as the page does."""
    got: dict[int, float] = {}
    crowd.got.append(got)
    news = asyncio.Event()
    headers = {"Cookie": f"kanhu-session={token}"}
    limits = httpx.Limits(max_connections=2)
    async with (
        httpx.AsyncClient(base_url=address, headers=headers, timeout=60, limits=limits) as client,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(_refresh(client, news, crowd))
        async with client.stream("GET", "/api/v1/feed") as response:
            response.raise_for_status()
            crowd.listening += 1
            kind = ""
            async for line in response.aiter_lines():
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:") and kind == "alert":
                    number = int(json.loads(line[5:])["subject"])
                    crowd.twice += number in got
                    got.setdefault(number, time.time())
                    news.set()
                crowd.resyncs += line == "event: resync"


async def _refresh(client: httpx.AsyncClient, news: asyncio.Event, crowd: Crowd) -> None:
    while True:
        await news.wait()
        news.clear()
        before = time.perf_counter()
        response = await client.get("/", headers=_PARTS)
        crowd.failed += response.status_code != 200
        took = time.perf_counter() - before
        crowd.pages.append(took)
        await asyncio.sleep(max(_REST, _RESTS * took))


def _service_cpu(workers: Sequence[multiprocessing.Process]) -> float:
    """Return the CPU seconds of the service's processes so far."""
    ours = {worker.pid for worker in workers}
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        if process.pid not in ours:
            used = process.cpu_times()
            total += used.user + used.system
    return total


def main(arguments: list[str] | None = None) -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--operators", type=int, default=50, help="how many listen (default 50)")
    parser.add_argument("--rate", type=float, default=100, help="events a second (default 100)")
    parser.add_argument("--seconds", type=float, default=60, help="for how long (default 60)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    results = measure(options.operators, options.rate, options.seconds)
    if options.json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
        return 0
    table = Table(f"{options.operators} operators", "", box=None)
    for name, value in results.items():
        table.add_row(name.replace("_", " "), f"{value:.3f}" if value % 1 else f"{value:.0f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
