"""What stands in a PDF that was answered."""

import io

from httpx2 import Response
from pypdf import PdfReader


def read(answer: Response) -> PdfReader:
    """The document."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content))


def text(document: PdfReader) -> str:
    """All its words, as a reader selects them."""
    return " ".join(" ".join(page.extract_text() for page in document.pages).split())
