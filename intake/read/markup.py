"""XML read from front to back by the standard library's parser. A document with a type declaration is refused.

Without one there are no entities, so none can be expanded, repeated or fetched from elsewhere (XML 1.0, section 4).
"""

import codecs
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NoReturn, Protocol
from xml.parsers import expat

from intake.read.wrong_file import WrongFile
from intake.source import Source

Attributes = dict[str, str]


class Reader(Protocol):
    """Told of all elements and text in turn; names are without namespace."""

    def start(self, name: str, attributes: Attributes, /) -> None: ...

    def text(self, text: str, /) -> None: ...

    def end(self, name: str, /) -> None: ...


def parse(blocks: Iterable[bytes], reader: Reader, source: Source, what: str = "XML") -> Iterator[None]:
    """Give the document (blocks of UTF-8) to `reader`; pauses after each block. Raises `WrongFile` with the line."""
    # The encoding is the declared one, decoded before; what the document says of itself only has to agree.
    parser = _parser(reader, source)
    for block in chain(blocks, [None]):
        line = _line_of_error(parser, block)
        if line is not None:
            remedy = "Have it written again by a program for XML, and sent whole."
            raise WrongFile(source.id, f"is not well-formed {what} (line {line})", remedy=remedy)
        yield


def _line_of_error(parser: expat.XMLParserType, block: bytes | None) -> int | None:
    try:
        parser.Parse(block or b"", block is None)
    except expat.ExpatError as error:
        return error.lineno
    return None


def _parser(reader: Reader, source: Source) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: reader.start(
        local(name), {local(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: reader.end(local(name))
    parser.CharacterDataHandler = reader.text
    parser.XmlDeclHandler = lambda _, encoding, __: _check_encoding(encoding, source)
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_type_declaration(source)
    return parser


def local(name: str) -> str:
    """Without its namespace, which the parser puts in front of it."""
    return name.rpartition(" ")[2]


def _check_encoding(said: str | None, source: Source) -> None:
    if source.file.kind != "xml" or said is None:
        return
    try:
        found = codecs.lookup(said).name
    except LookupError:
        found = ""
    if not source.file.encoding.startswith(found) or not found:
        why = f"says of itself that it is in another encoding than {source.file.encoding}"
        raise WrongFile(source.id, why, remedy="Mend `encoding` in the source, or have the file written as declared.")


def _refuse_type_declaration(source: Source) -> NoReturn:
    why = "holds a document type declaration (DOCTYPE), by which entities come in"
    raise WrongFile(source.id, why, remedy="Have it written without one; data need none.")
