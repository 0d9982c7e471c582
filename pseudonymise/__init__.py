"""Pseudonymise: identifying columns become tokens and encodings under keys that linkage never sees."""
