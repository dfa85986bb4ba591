"""Personal data: deleted or anonymised by rule, and proved to an auditor once a year."""
