"""A signed-in person shows again who they are, before something that matters."""

from __future__ import annotations

from monitor.web.site import Site
from monitor.web.visitor import Visitor


def password_is_right(site: Site, visitor: Visitor, password: str) -> bool:
    """Say whether ``password`` is the visitor's; wrong ones make the next try wait.

    Counted by session, so that strangers who guess at the name cannot get in the way.
    """
    key, clock = f"session:{visitor.user.id}", site.context.clock.now()
    if site.doors.codes.wait(key, clock) > 0:
        return False
    site.doors.codes.failed(key, clock)
    name = visitor.user.name
    found = site.users.verify(name, password, site.context.now(), known_device=True)
    if found.user is None:
        return False
    site.doors.codes.succeeded(key)
    return True
