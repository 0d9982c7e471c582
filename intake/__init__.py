"""Intake: a partner's file becomes an Extract, by the source's declaration and nothing else."""
