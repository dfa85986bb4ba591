"""Alerts become known: who is told, in which words, with which pictures, and that it arrives.

Everything here is decided from plain values of :mod:`monitor.domain`; what it needs from storage
it names as a protocol, and :mod:`monitor.runtime` joins the two.
"""
