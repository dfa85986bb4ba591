"""Forms for institutions, rooms and cameras; a change is shown before it is saved."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.documents import Complaint
from monitor.domain.errors import ConfigError, ConflictError
from monitor.domain.text import Text
from monitor.settings.revising.secrets import Spot, hidden_value
from monitor.store.text import clean_line
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.config_change import ask, desk_of, sound, way_back
from monitor.web.config_places import (
    FIELDS,
    HOMES,
    LISTS,
    Found,
    PlaceKind,
    add_place,
    find_place,
    kind_of,
    places,
    remove_place,
    take,
    told,
    written,
)
from monitor.web.form_data import Sent, SentForm
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceFilter
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Admin = Annotated[Visitor, require(Permission.CONFIGURE)]
_ADDRESSES = frozenset({"url", "substream"})
_AGAIN = "< ? >"
_LONGEST = 2000


@router.get("/configuration/place")
def show(
    request: Request,
    visitor: _Admin,
    kind: PlaceFilter = "institution",
    place: PlaceFilter = "",
    home: PlaceFilter = "",
) -> Response:
    """Show the form of one place, or of a new one within ``home``."""
    check_district(visitor)
    chosen = kind_of(kind)
    desk = desk_of(site_of(request))
    if (away := way_back(desk)) is not None:
        return away
    document = hidden_value(sound(desk).value)
    found = find_place(document, chosen, place) if place else add_place(document, chosen, home, "")
    return _form(request, found, document, written(chosen, found.value), fresh=not place)


@router.post("/configuration/place")
def change(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Say what is wrong with a place, or what saving it would change."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    kind, fresh = kind_of(sent.text("kind")), sent.text("fresh") == "yes"
    desk = desk_of(site_of(request))
    present = sound(desk)
    document = hidden_value(present.value)
    place_id = sent.text("id", 64)
    if fresh:
        found = add_place(document, kind, sent.text("home", 64), place_id)
    else:
        found = find_place(document, kind, place_id)
    shown = written(kind, {} if fresh else copy.deepcopy(found.value))
    texts = {
        name: clean_line(sent.text(name, _LONGEST), _LONGEST)
        for field in FIELDS[kind]
        for name in field.names
    }
    take(found, texts, shown)
    try:
        draft = desk.draft(present, document)
    except (ConfigError, ConflictError) as error:
        texts = _quiet(texts, shown)
        return _form(request, found, document, texts, fresh=fresh, problem=error.brief())
    wrong, others = told(draft.complaints, found)
    if draft.complaints:
        return _form(request, found, document, _quiet(texts, shown), wrong, others, fresh=fresh)
    return ask(
        request,
        visitor,
        draft,
        back=_back(kind, sent, fresh=fresh),
        title=f"config.change_{kind}",
        about=found.value,
    )


@router.post("/configuration/remove")
def remove(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Show what removing a place would change, and what hangs on it."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    kind, site = kind_of(sent.text("kind")), site_of(request)
    desk = desk_of(site)
    present = sound(desk)
    document = hidden_value(present.value)
    found = find_place(document, kind, sent.text("id", 64))
    hangs = _hangs(site, visitor, found)
    remove_place(document, found)
    draft = desk.draft(present, document)
    return ask(
        request,
        visitor,
        draft,
        back=_back(kind, sent, fresh=False),
        title=f"config.remove_{kind}",
        hangs=hangs,
        complaints=draft.complaints,
        about=found.value,
    )


def _hangs(site: Site, visitor: Visitor, found: Found) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    rooms = {str(found.value.get("id"))} if found.kind is PlaceKind.ROOM else set()
    if found.kind is PlaceKind.INSTITUTION:
        inside = [room.value for room in places({"institutions": [found.value]}, PlaceKind.ROOM)]
        rooms = {str(room.get("id")) for room in inside}
        counts["rooms"] = len(rooms)
    if found.kind is not PlaceKind.CAMERA:
        top = {"institutions": [found.value]}
        if found.kind is PlaceKind.ROOM:
            top = {"institutions": [{"id": "", "rooms": [found.value]}]}
        counts["cameras"] = len(list(places(top, PlaceKind.CAMERA)))
    for place in site.places.tree(visitor.scope):
        counts["alerts"] += sum(item.open_alerts for item in place.rooms if item.room.id in rooms)
    return {name: number for name, number in counts.items() if number}


def _back(kind: PlaceKind, sent: Sent, *, fresh: bool) -> str:
    query = {"kind": kind.value}
    query |= {"home": sent.text("home", 64)} if fresh else {"place": sent.text("id", 64)}
    return f"/configuration/place?{urlencode(query)}"


def _quiet(texts: Mapping[str, str], shown: Mapping[str, str]) -> dict[str, str]:
    """Return what was written without the passwords that were typed: they are not sent back.

    What stands in their place is no address, so that it cannot be saved by mistake.
    """
    quiet = dict(texts)
    for key in _ADDRESSES & texts.keys():
        if texts[key] and texts[key] != shown.get(key):
            quiet[key] = Spot(("cameras", key), (), texts[key]).hidden(_AGAIN)
    return quiet


def _form(
    request: Request,
    found: Found,
    document: object,
    texts: Mapping[str, str],
    wrong: Mapping[str, Text] | None = None,
    others: Sequence[Complaint] = (),
    *,
    fresh: bool,
    problem: Text | None = None,
) -> Response:
    parent = HOMES.get(found.kind)
    home = find_place(document, parent, found.home) if parent and found.home else None
    below = [kind for kind, above in HOMES.items() if above is found.kind]
    return page(
        request,
        "config_place.html",
        status=422 if wrong or others or problem else 200,
        kind=found.kind.value,
        found=found,
        home=home,
        fields=FIELDS[found.kind],
        written=texts,
        wrong=wrong or {},
        others=others,
        problem=problem,
        fresh=fresh,
        below=below[0].value if below else "",
        children=found.value.get(LISTS[below[0]], ()) if below else (),
    )
