"""A change on its way: made in a form, shown as a difference, then saved with a reason.

Between the two it waits in memory only, since it holds the cameras' passwords.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from monitor.documents import Complaint
from monitor.domain.errors import ConflictError
from monitor.domain.text import Text
from monitor.runtime.config_desk import ConfigDesk, Draft, Present
from monitor.settings.revising.difference import DiffLine
from monitor.store.config_versions import VersionKind
from monitor.web.answer import page
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

MOST_LINES = 400


def desk_of(site: Site) -> ConfigDesk:
    """Return what changes the district's file.

    Raises:
        ConflictError: the service was not started from a file.
    """
    if site.configuration is None:
        raise ConflictError(
            Text("服务不是从配置文件启动的", "this service was not started from a file"),
            where="configuration",
        )
    return site.configuration


def sound(desk: ConfigDesk) -> Present:
    """Return the file as it is, to be changed.

    Raises:
        ConflictError: it has mistakes, or was changed by hand and that is not in force.
    """
    present = desk.present()
    if present.value is None:
        raise ConflictError(
            Text("文件有错误", "the file has mistakes"),
            where=desk.name,
            hint=Text("请手工改正", "mend it by hand"),
        )
    if present.changed_by_hand:
        raise ConflictError(
            Text("文件已被手工修改", "the file was changed by hand"),
            where=desk.name,
            hint=Text("使它生效或撤销", "put that in force or undo it"),
        )
    return present


def way_back(desk: ConfigDesk) -> Response | None:
    """Return the way to the page that says why nothing can be changed now, if that is so."""
    present = desk.present()
    if present.value is None or present.changed_by_hand:
        return RedirectResponse("/configuration", 303)
    return None


def ask(
    request: Request,
    visitor: Visitor,
    draft: Draft,
    *,
    back: str,
    title: str,
    kind: VersionKind = VersionKind.PAGE,
    restores: int | None = None,
    hangs: Mapping[str, int] | None = None,
    complaints: Sequence[Complaint] = (),
    about: Mapping[str, Any] | None = None,
) -> Response:
    """Show what a sound draft changes, and ask for the reason; ``back`` is the form's address.

    ``title`` is the key of a text, ``about`` the place that is changed, ``hangs`` counts what goes
    along with what is removed.
    ``complaints`` are shown instead of the question where the draft is not sound.
    """
    site = site_of(request)
    digest = ""
    if draft.changes and not complaints:
        waiting = {
            "text": draft.text,
            "seen": draft.seen,
            "kind": kind.value,
            "restores": restores,
        }
        content = json.dumps(waiting, ensure_ascii=False).encode()
        digest = site.pending.keep(visitor.user.id, content, site.context.clock.now())
    return page(
        request,
        "config_confirm.html",
        status=422 if complaints else 200,
        title=title,
        back=back,
        digest=digest,
        lines=draft.lines[:MOST_LINES],
        more=max(len(draft.lines) - MOST_LINES, 0),
        hangs=hangs or {},
        complaints=complaints,
        about=about,
    )


def waiting(site: Site, visitor: Visitor, digest: str) -> tuple[Draft, VersionKind, int | None]:
    """Return the change that was shown to somebody, once.

    Raises:
        NotFoundError: it was not, or too long ago.
    """
    content = site.pending.take(visitor.user.id, digest, site.context.clock.now())
    kept = json.loads(content)
    lines: tuple[DiffLine, ...] = ()
    draft = Draft(kept["text"], kept["seen"], (), lines)
    return draft, VersionKind(kept["kind"]), kept["restores"]
