"""Files made by hand: workbooks and archives in which every part can be wrong."""

import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence

_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def zipped(members: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def workbook(
    rows: str,
    *,
    after: str = "",
    texts: str = "",
    book: str = "",
    sheets: Sequence[str] = ("data",),
    styles: str = '<xf numFmtId="0"/><xf numFmtId="14"/>',
    parts: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A workbook of which each sheet holds `rows`; style 1 is a day. `parts` replace or add parts."""
    named = enumerate(sheets, start=1)
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in named)
    sheet = f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'
    made: dict[str, bytes | str] = {
        "_rels/.rels": _relations(("r0", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}">{book}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relations(
            *((f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)),
            ("s", "sharedStrings", "/xl/sharedStrings.xml"),
            ("t", "styles", "styles.xml"),
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{_styles(styles)}</styleSheet>',
        **{f"xl/worksheets/sheet{n}.xml": sheet for n in range(1, len(sheets) + 1)},
    }
    return zipped(made | dict(parts or {}))


def texts(*cells: str, number: int = 1) -> str:
    """A row of texts."""
    found = "".join(f'<c t="inlineStr"><is><t xml:space="preserve">{cell}</t></is></c>' for cell in cells)
    return f'<row r="{number}">{found}</row>'


def row(*cells: str) -> str:
    return f"<row>{''.join(cells)}</row>"


def _styles(formats: str) -> str:
    custom = '<numFmts><numFmt numFmtId="164" formatCode="[Red]&quot;dag&quot; 0.00"/></numFmts>'
    return f'{custom}<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{formats}</cellXfs>'


def _relations(*links: tuple[str, str, str]) -> str:
    listed = "".join(f'<Relationship Id="{id}" Type="{_REL}/{kind}" Target="{target}"/>' for id, kind, target in links)
    return f'<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'
