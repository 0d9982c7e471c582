"""The gate: a Subject is examined under a signed Policy and gets a Verdict. Runs alone."""
