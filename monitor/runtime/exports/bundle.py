"""Puts a package together: pictures, what is known about the alert, manifest, verifier."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.domain.chain import Link
from monitor.domain.exports import Export
from monitor.store.alert_views import AlertDetail
from monitor.store.evidence import EvidenceView
from monitor.store.text import plain

FORMAT = "kanhu-evidence/1"
_VERIFIER = "verify.py"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One picture or video of the package: ``path`` on disk, and the original it was made of."""

    name: str
    path: Path
    original: EvidenceView


def write_package(
    target: Path,
    export: Export,
    detail: AlertDetail,
    chain: Sequence[Link],
    renditions: Sequence[Rendition],
    looks: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Write the ZIP file ``target``."""
    documents = {
        "alert.json": _json(_alert(detail)),
        "chain.json": _json([asdict(link) for link in chain]),
        "tracks.json": _json(looks),
        _VERIFIER: (resources.files(__package__) / _VERIFIER).read_bytes(),
        "README.txt": _readme(export).encode(),
    }
    files = [_entry(name, body) for name, body in documents.items()]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for item in renditions:
            files.append(_entry(item.name, item.path.read_bytes()))
            package.write(item.path, item.name, zipfile.ZIP_STORED)
        for name, body in documents.items():
            package.writestr(name, body)
        package.writestr("manifest.json", _json(_manifest(export, renditions, files, now)))


def _manifest(
    export: Export,
    renditions: Sequence[Rendition],
    files: Sequence[dict[str, Any]],
    now: datetime,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "software": f"kanhu {__version__}",
        "made": now.astimezone(UTC).isoformat(),
        "export": plain(
            {
                "id": export.id,
                "alert": export.alert_id,
                "reason": export.reason,
                "requester": export.requester,
                "requested": export.requested.isoformat(),
                "decider": export.decider,
                "decision": export.decision,
                "decided": export.decided.isoformat() if export.decided else None,
                "faces": export.faces.value,
            }
        ),
        "files": sorted(files, key=lambda item: str(item["name"])),
        "originals": [
            {
                "name": item.name,
                "evidence": item.original.id,
                "kind": item.original.kind.value,
                "sha256": item.original.sha256,
                "size": item.original.size,
                "start": item.original.start.isoformat(),
                "end": item.original.end.isoformat(),
            }
            for item in renditions
        ],
        "notes": {
            "tracks.json": "read from the kept tracks when the package was made; not in the chain",
            "originals": "kept at the centre, unaltered; their hashes are in the chain",
        },
    }


def _alert(detail: AlertDetail) -> Any:
    told = plain(asdict(detail.alert))
    told["steps"] = [plain(asdict(step)) for step in detail.steps]
    return told


def _entry(name: str, body: bytes) -> dict[str, Any]:
    return {"name": name, "sha256": hashlib.sha256(body).hexdigest(), "size": len(body)}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str).encode()


def _readme(export: Export) -> str:
    return (
        f"看护系统证据包：告警 {export.alert_id}，导出 {export.id}\n"
        "manifest.json 列出全部文件的 SHA-256；运行 python3 verify.py 核验。\n"
        "画面已重新编码并打上申请人与时间；原件保存在指导中心，其 SHA-256 在 chain.json 中。\n"
        "含有儿童影像，请依法保管，用毕删除。\n\n"
        f"Kanhu evidence package: alert {export.alert_id}, export {export.id}\n"
        "manifest.json names every file with its SHA-256; run python3 verify.py to check them.\n"
        "The pictures were encoded anew with who asked and when burned in; the originals are kept\n"
        "at the centre, and their SHA-256 is in chain.json.\n"
        "It shows children: keep it as the law demands and delete it when done.\n"
    )
