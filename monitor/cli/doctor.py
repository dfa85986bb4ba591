"""``monitor doctor``: is everything in place?"""

from __future__ import annotations

import typer

from monitor.cli.options import OptionalConfigFile
from monitor.cli.output import JsonFlag, print_rows
from monitor.runtime.doctor import examine


def doctor(config: OptionalConfigFile = None, as_json: JsonFlag = False) -> None:
    """Look at the machine, the model and, with a configuration, everything the service needs.

    Exit code 1 if something must be mended.

    Example: `monitor doctor -c configs/district.yaml`
    """
    findings = examine(config)
    rows = [
        {
            "check": finding.check,
            "state": finding.state.value,
            "detail": finding.detail,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    print_rows(("check", "state", "detail", "remedy"), rows, as_json=as_json)
    if any(finding.bad for finding in findings):
        raise typer.Exit(1)
