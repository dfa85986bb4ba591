"""Evidence packages: pictures made unrecognisable and marked, with hashes and a plain verifier."""
