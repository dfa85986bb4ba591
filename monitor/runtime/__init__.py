"""Joins the rooms: the pipeline of one camera, the worker that runs many, the scheduled service.

``monitor run`` starts a supervisor (:mod:`monitor.runtime.supervisor`) that keeps three kinds of
processes alive: one *web*, one *service* (schedule, notifications, retention) and as many *workers*
as configured. They share nothing but the database and the data folder.
"""
