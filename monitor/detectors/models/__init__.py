"""Person models on disk: declared in a manifest, fetched, verified, exported for the CPU.

Life cycle: ``models/manifest.toml`` declares a model and the SHA-256 of its weights →
:func:`fetch_model` brings the weights → :func:`export_model` turns them into OpenVINO IR beside
them → a worker opens the IR without torch. Invariants: weights are never opened before their hash
matched the manifest (a ``.pt`` file is a pickle and can run code); an export is never used before
its files matched its sidecar; a file appears under its final name whole or not at all.
"""

from monitor.detectors.models.catalogue import (
    Finding,
    ModelStatus,
    ensure_model,
    list_models,
    verify_models,
)
from monitor.detectors.models.export import export_model
from monitor.detectors.models.fetch import fetch_model
from monitor.detectors.models.manifest import Manifest, ModelSpec, Role, load_manifest
from monitor.detectors.models.progress import progress_display

__all__ = [
    "Finding",
    "Manifest",
    "ModelSpec",
    "ModelStatus",
    "Role",
    "ensure_model",
    "export_model",
    "fetch_model",
    "list_models",
    "load_manifest",
    "progress_display",
    "verify_models",
]
