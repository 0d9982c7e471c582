"""Pseudonymise: identifying columns become tokens and encodings under keys that linkage never sees.

This package stays empty of imports, so that `pseudonymise.protected` can be read without loading any keys.
"""
