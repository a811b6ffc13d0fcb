"""The pages of a PDF as pictures."""

from io import BytesIO

import pytest
from PIL import Image

from qwen_localize.errors import BadArgument
from qwen_localize.files import LocalMedia, pdf

OBJECTS = (
    "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/DR<</Font<</Helv 5 0 R>>>>/NeedAppearances true>>>>",
    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 100]/Annots[4 0 R]>>",
    "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V({})/Rect[20 30 280 70]/P 3 0 R/F 4/DA(/Helv 24 Tf 0 g)>>",
    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
)


def form(value: str) -> LocalMedia:
    """A page with nothing but one text field."""
    numbered = "".join(f"{number} 0 obj{text}endobj\n" for number, text in enumerate(OBJECTS, 1))
    text = f"%PDF-1.6\n{numbered}trailer<</Root 1 0 R/Size {len(OBJECTS) + 1}>>\n%%EOF"
    return LocalMedia("form.pdf", text.replace("{}", value).encode(), "application/pdf")


def is_blank(document: LocalMedia) -> bool:
    with Image.open(BytesIO(pdf.render(document, 1).data)) as page:
        return page.convert("L").getextrema()[0] > 100  # type: ignore[operator]


def test_what_was_typed_into_a_form_is_drawn_and_an_empty_field_leaves_no_mark() -> None:
    assert not is_blank(form("HELLO 12345"))
    assert is_blank(form(""))


def test_a_form_can_be_opened_again_and_again() -> None:
    assert [pdf.page_count(form("HELLO")) for _ in range(20)] == [1] * 20


def counting(number: int) -> LocalMedia:
    """A PDF of one page that says it has so many."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count %d >>" % number,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    data = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (index, part) for index, part in enumerate(parts, 1))
    return LocalMedia("a.pdf", data + b"trailer << /Size 4 /Root 1 0 R >>\n%%EOF", "application/pdf")


@pytest.mark.parametrize("choice", ["", "1-1000000", "1-1500,1501-3000"])
def test_a_document_that_says_it_has_a_million_pages_is_not_read_whole(choice: str) -> None:
    with pytest.raises(BadArgument, match="at most 2000 are read in one call"):
        pdf.chosen_pages(choice, pdf.page_count(counting(1_000_000)))


def test_some_pages_of_such_a_document_can_be_chosen() -> None:
    assert pdf.chosen_pages("7,1-3", pdf.page_count(counting(1_000_000))) == [7, 1, 2, 3]
