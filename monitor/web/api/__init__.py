"""The JSON API under ``/api/v1``, the live feed and the files behind pages."""

from fastapi import APIRouter

from monitor.web.api import (
    alerts,
    evidence,
    feed,
    footage,
    health,
    inspections,
    labels,
    live,
    onsite,
    places,
    recordings,
    registers,
    schema,
    whip,
)

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    alerts.router,
    places.router,
    evidence.router,
    footage.router,
    feed.router,
    live.router,
    whip.router,
    labels.router,
    onsite.router,
    registers.router,
    inspections.router,
    recordings.router,
    schema.router,
)
