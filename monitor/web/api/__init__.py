"""The JSON API under ``/api/v1``, the live feed and the files behind pages."""

from fastapi import APIRouter

from monitor.web.api import alerts, evidence, feed, health, labels, live, places, recordings, schema

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    alerts.router,
    places.router,
    evidence.router,
    feed.router,
    live.router,
    labels.router,
    recordings.router,
    schema.router,
)
