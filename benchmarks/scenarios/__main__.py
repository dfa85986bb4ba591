"""``python -m benchmarks.scenarios``: rules under noise, with confidence intervals.

For example ``python -m benchmarks.scenarios --camera-days 20 --events 200``, and to look at one
scenario ``python -m benchmarks.scenarios --replay 17 --kind staged``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from typing import Any

from rich.console import Console
from rich.progress import Progress

from benchmarks.scenarios.many import Job, run_many
from benchmarks.scenarios.noise import MODELS, STOCK
from benchmarks.scenarios.replay import replay
from benchmarks.scenarios.report import as_plain, show
from benchmarks.scenarios.stage import Scenario
from benchmarks.scenarios.worth import show_worth, worth


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; 0 unless the arguments are wrong (2)."""
    options = _parser().parse_args(arguments)
    if options.replay is not None:
        replay(options.replay, options.kind, options.model, Console(), around=options.around)
        return 0
    if options.worth:
        show_worth(worth(options.model, options.seed, options.events), Console())
        return 0
    if options.rendered:
        from benchmarks.scenarios.rendered import show_rendered  # needs a person model

        show_rendered(options.rendered, options.seed, options.finder, Console())
        return 0
    console = Console(stderr=True)
    jobs = plan(options.events, options.camera_days, options.seed, options.model)
    started = time.perf_counter()
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("scenarios", total=len(jobs))
        score = run_many(jobs, options.workers, lambda n: progress.update(task, completed=n))
    plain: dict[str, Any] = as_plain(score)
    plain["speed"]["wall_s"] = round(time.perf_counter() - started, 1)
    plain["speed"]["workers"] = options.workers
    if options.json:
        sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
    else:
        show(plain, Console())
    return 0


def plan(events: int, camera_days: float, seed: int, model: str = STOCK) -> list[Job]:
    """Return the scenarios for so many staged events and at least so many camera-days."""
    jobs: list[Job] = []
    days, number = 0.0, seed
    while days < camera_days:
        jobs.append(("day", number, model))
        days += Scenario(number, "day").cameras
        number += 1
    return jobs + [("staged", seed + i, model) for i in range(events)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scenarios",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--camera-days", type=float, default=4, help="of ten hours (default 4)")
    parser.add_argument("--events", type=int, default=60, help="staged events (default 60)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default 0)")
    parser.add_argument("--model", choices=MODELS, default=STOCK, help="whose mistakes")
    parser.add_argument(
        "--worth", action="store_true", help="what the model would be worth by monitor evaluate"
    )
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--replay", type=int, metavar="SEED", help="print one scenario's timeline")
    parser.add_argument("--kind", choices=("staged", "day"), default="staged")
    parser.add_argument("--around", type=float, help="only the two minutes around this second")
    parser.add_argument(
        "--rendered", type=int, metavar="N", help="minutes to render and look at with a real model"
    )
    parser.add_argument(
        "--finder", default="yolov8n", help="which model of the models folder looks at them"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
