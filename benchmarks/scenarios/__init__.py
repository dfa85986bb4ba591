"""Simulated nurseries with known truth: boxes in, the product's own path, events out.

A seed gives a furnished room, its cameras, its people and what they do, and a person model's
mistakes. Only *boxes* are made up; tracker, age judge, ground plane, fusion and rules are the
product's (:class:`monitor.runtime.room_watch.RoomWatch`). ``python -m benchmarks.scenarios`` runs
many of them and reports; see docs/explanation/scenarios.md.
"""
