"""The product's front: the command line, the room's settings and the demo room."""
