"""Linkage: Fellegi–Sunter on protected evidence; the same engine on clear text in the workbench. Never keys."""
