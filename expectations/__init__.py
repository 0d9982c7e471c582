"""Expectations: an Extract is held against its contract and becomes a ValidatedExtract. GX lives only here."""
