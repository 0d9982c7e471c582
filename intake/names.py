"""Dutch prefixes of surnames (tussenvoegsels), and letters that have no plain letter in them.

Linkage cannot import a room of records and has both of its own; a test holds them against each other.
"""

from typing import Final

PREFIX: Final = (
    "(?:van|von|vom|de|den|der|het|ten|ter|te|tot|aan|af|bij|boven|die|gen|in|onder|op|over|uit|uijt|ver|voor|zu|zum|zur|"
    "la|las|le|les|l|du|des|da|do|dos|di|del|dela|della|el|al|d|s|t|v|vd|vdn|vdr|vande|vanden|vander|vant)"
)
"""A word of them."""

LETTERS: Final = {
    "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h",
}  # fmt: skip
