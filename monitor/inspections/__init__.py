"""Inspections: from a versioned template and what the system knows to a checklist on paper.

``template`` reads and checks the YAML; ``facts`` says what the rest of the system must be able to
tell; ``metrics`` turns facts into readings; ``checklist`` puts them together; ``reports`` prints;
``schedule`` says which month is due. Everything but reading templates is pure.
"""
