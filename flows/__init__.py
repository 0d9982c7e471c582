"""Flows walk through the rooms: receive, link, release. Prefect only here, and only ids go through it."""
