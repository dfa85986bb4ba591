"""Registers: what institutions report and inspections rest on, read from files.

The vocabulary is :mod:`monitor.domain.registers`; this package turns a YAML or JSON file into it
(:func:`monitor.registers.load.load_registers`), naming every mistake with its line. Loading the
same file again changes nothing: entries are recognised by their keys.
"""
