"""The structure of a tagged PDF: what each part of a page is, in reading order (ISO 32000-1, 14.7 and 14.8).

The library draws and embeds; the structure tree is put beside it here, through its own objects for dictionaries and
references.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false
# - the library's types leave its inner objects out

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObject, PDFString
from reportlab.pdfgen.canvas import Canvas


@dataclass(slots=True, kw_only=True)
class _Element:
    role: str
    parent: "_Element | None"
    alt: str | None = None
    kids: "list[_Element | int]" = field(default_factory=list["_Element | int"])
    page: PDFObject | None = None
    reference: PDFObject | None = None


class Tags:
    """Takes down what is drawn on a canvas, and adds the structure when all is drawn."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._root = self._open = _Element(role="Document", parent=None)
        self._pages: list[list[_Element]] = [[]]
        self._keyed: dict[int, _Element] = {}

    @contextmanager
    def group(self, role: str, key: object = None) -> Generator[None]:
        """What is drawn inside belongs together, as the cells of a row do, and with what had the same key before."""
        outer = self._open
        self._open = self._keyed.get(id(key)) or self._added(role, None)
        if key is not None:
            self._keyed[id(key)] = self._open
        try:
            yield
        finally:
            self._open = outer

    @contextmanager
    def part(self, role: str, *, alt: str | None = None) -> Generator[None]:
        """Everything drawn inside is one part; alt says it in words."""
        element = self._added(role, alt)
        marked = self._pages[-1]
        element.kids.append(len(marked))
        element.page = self._canvas._doc.thisPageRef()  # noqa: SLF001 - see _code
        self._code(f"/{role} <</MCID {len(marked)}>> BDC")
        marked.append(element)
        yield
        self._code("EMC")

    @contextmanager
    def decoration(self) -> Generator[None]:
        """What is drawn inside says nothing: rules, and what stands on every page."""
        self._code("/Artifact BMC")
        yield
        self._code("EMC")

    def next_page(self) -> None:
        """Ends the page, and tells it which of the structure's parts lie on it."""
        at = len(self._pages) - 1
        self._canvas.showPage()
        page = self._canvas._doc.Pages.pages[-1]  # noqa: SLF001 - see _code
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents"]
        page.StructParents = at
        self._pages.append([])

    def finish(self) -> None:
        """Adds the tree to the document."""
        document = self._canvas._doc  # noqa: SLF001 - see _code
        top = PDFDictionary({"Type": PDFName("StructTreeRoot"), "ParentTreeNextKey": len(self._pages)})
        top_reference = document.Reference(top)
        top["K"] = self._written(self._root, top_reference)
        parents: list[object] = []
        for at, marked in enumerate(self._pages):
            if marked:
                parents += [at, PDFArray([element.reference for element in marked])]
        top["ParentTree"] = PDFDictionary({"Nums": PDFArray(parents)})
        document.Catalog.StructTreeRoot = top_reference
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})

    def _added(self, role: str, alt: str | None) -> _Element:
        element = _Element(role=role, parent=self._open, alt=alt)
        self._open.kids.append(element)
        return element

    def _written(self, element: _Element, parent: PDFObject) -> PDFObject:
        shown = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(element.role), "P": parent})
        element.reference = reference = self._canvas._doc.Reference(shown)  # noqa: SLF001 - see _code
        kids = [kid if isinstance(kid, int) else self._written(kid, reference) for kid in element.kids]
        shown["K"] = PDFArray(kids)
        if element.page is not None:
            shown["Pg"] = element.page
        if element.alt is not None:
            shown["Alt"] = PDFString(element.alt)
        return reference

    def _code(self, operator: str) -> None:
        """Writes an operator of the page's content; the library has no public way to mark content."""
        self._canvas._code.append(operator)  # noqa: SLF001
