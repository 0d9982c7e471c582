"""The public site of a room: what was released to everybody, as pages that need no server, no script and no network."""
