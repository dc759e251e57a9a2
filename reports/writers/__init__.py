"""Writers know cells and paragraphs and nothing of mines: Content in, bytes out."""

from core.files import DOCX, XLSX
from reports.writers.docx import write_docx
from reports.writers.xlsx import write_xlsx

#: format → (writer, content type, what a person calls it)
WRITERS = {"xlsx": (write_xlsx, XLSX, "表格"), "docx": (write_docx, DOCX, "公文")}

__all__ = ["WRITERS", "write_docx", "write_xlsx"]
