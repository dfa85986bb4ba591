"""``make bench``: every benchmark, one after the other, each in a process of its own.

Only ``benchmarks.training`` is left out: it takes an hour.
"""

from __future__ import annotations

import subprocess
import sys

_ALL = (
    "finders",
    "precision",
    "day",
    "scenes",
    "feed",
    "operator",
    "operators",
    "live",
    "recording",
    "isolation",
    "crowd",
    "memory",
    "first_picture",
    "reconnect",
    "flapping",
    "mutations",
    "tracks",
    "gb28181",
    "reports",
)


def main() -> int:
    """Run them and return 1 if one failed."""
    failed = []
    for name in _ALL:
        sys.stdout.write(f"\n── {name} ──\n")
        sys.stdout.flush()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
