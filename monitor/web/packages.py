"""Sending a finished evidence package, and putting that down."""

from __future__ import annotations

from starlette.responses import StreamingResponse

from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.web.site import Site
from monitor.web.visitor import Visitor


def package(site: Site, visitor: Visitor, export_id: int) -> StreamingResponse:
    """Return the package as a download.

    Raises:
        NotFoundError: there is none in the visitor's scope that is theirs.
        ConflictError: it is not ready, or gone already.
    """
    export = site.exports.get(visitor.scope, export_id)
    if export.path and not site.context.files.exists(export.path):
        raise NotFoundError(
            Text("文件包已不在", "the package is gone"), where=f"export {export_id}"
        )
    export = site.exports.fetched(visitor.scope, export_id, visitor.accessor, site.context.now())
    stream = site.context.files.stream(export.path)
    name = f"kanhu-alert-{export.alert_id}-export-{export.id}.zip"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(export.size),
    }
    return StreamingResponse(stream, 200, headers, "application/zip")
