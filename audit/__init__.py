"""What was done and decided, so that it cannot be rewritten unseen. A stranger can run this package alone."""

from audit.checkpoint import Head
from audit.entry import BrokenLog
from audit.event import Event, UndeclaredEvent
from audit.inclusion import Inclusion
from audit.log import Log
from audit.verify import Verified, verify_log

__all__ = ["BrokenLog", "Event", "Head", "Inclusion", "Log", "UndeclaredEvent", "Verified", "verify_log"]
