"""Looking at an uploaded file before anything parses it.

Everything here is linear in the unzipped size, which is bounded first; nothing is written to disk. What slips
past these looks meets the memory and time limits of the child process (`reading`).
"""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from minewatch.lib.xlsx.errors import BadWorkbook, UnsafeWorkbook

MB = 1024 * 1024
SAVE_AS = "请用 WPS 或 Excel 打开后另存为 .xlsx 再上传"


@dataclass(frozen=True)
class Limits:
    """What a workbook may cost. Bytes, counts, seconds."""

    size: int = 20 * MB
    unzipped: int = 200 * MB
    parts: int = 2000
    ratio: int = 100  # unzipped ÷ zipped of one part, asked above 4 MB; real sheets stay under 30
    rows: int = 200_000
    columns: int = 256
    cells: int = 500_000
    merged: int = 100_000  # cells under merges; a parser makes one object for each
    memory: int = 512 * MB
    seconds: int = 20

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


FORM = Limits()
FLAT = Limits(
    size=100 * MB, unzipped=1000 * MB, rows=1_048_576, cells=30_000_000, memory=3000 * MB, seconds=180
)


@dataclass(frozen=True)
class Inspection:
    """What was seen: sizes in bytes, and parts a person may like to know of. Macros are never run."""

    size: int
    unzipped: int
    parts: int
    macros: bool = False
    external_links: bool = False


def inspect(source: Path | str | bytes | BinaryIO, limits: Limits = FORM) -> Inspection:
    """Refuse anything but a plausible, bounded .xlsx; raises BadWorkbook or UnsafeWorkbook."""
    if isinstance(source, bytes):
        return _inspect(io.BytesIO(source), limits)
    if isinstance(source, str | Path):
        with open(source, "rb") as stream:
            return _inspect(stream, limits)
    return _inspect(source, limits)


def _inspect(stream: BinaryIO, limits: Limits) -> Inspection:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise BadWorkbook("文件是空的（0字节）", "请检查原文件能否打开，再重新上传")
    if size > limits.size:
        raise UnsafeWorkbook(f"文件有{size / MB:.1f}MB，超过{limits.size // MB}MB", "请拆分成几个文件后上传")
    _refuse_other_kinds(stream, size)
    try:
        with zipfile.ZipFile(stream) as archive:
            return _inspect_archive(archive, size, limits)
    except zipfile.BadZipFile:
        raise BadWorkbook(
            "文件不完整或已损坏，可能没有传完", "请重新上传；仍不行时用 WPS 打开并另存为 .xlsx"
        ) from None
    except (
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OverflowError,
    ) as error:
        if isinstance(error, BadWorkbook):
            raise
        raise BadWorkbook("文件内部已损坏", SAVE_AS) from None


# ---------------------------------------------------------------- what it really is

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAGICS = (
    (b"%PDF", "PDF 文件", "请上传原来的表格文件，不要转成 PDF"),
    (b"\x89PNG", "图片", "请上传表格文件；盖章扫描件请在“扫描件”处上传"),
    (b"\xff\xd8\xff", "图片", "请上传表格文件；盖章扫描件请在“扫描件”处上传"),
    (b"Rar!", "RAR 压缩包", "请解压后上传其中的 .xlsx 文件"),
    (b"7z\xbc\xaf", "7z 压缩包", "请解压后上传其中的 .xlsx 文件"),
    (b"\x1f\x8b", "gzip 压缩文件", "请解压后上传其中的 .xlsx 文件"),
    (b"{\\rtf", "RTF 文档", SAVE_AS),
)
MARKUP = (
    (b"schemas-microsoft-com:office:spreadsheet", "XML 2003 表格"),
    (b"<html", "网页文件（HTML）"),
    (b"<!doctype html", "网页文件（HTML）"),
    (b"<table", "网页文件（HTML）"),
    (b"mime-version:", "单个网页文件（MHT）"),
)


def _refuse_other_kinds(stream: BinaryIO, size: int) -> None:
    head = stream.read(4096)
    if head.startswith(OLE):
        stream.seek(0)
        _refuse_ole(stream.read(min(size, 20 * MB)))
    stream.seek(0)
    if head[:2] == b"PK":
        return
    for magic, name, mend in MAGICS:
        if head.startswith(magic):
            raise BadWorkbook(f"这是{name}，不是 .xlsx 表格", mend)
    lowered = head.lower().replace(b"\0", b"")
    for mark, name in MARKUP:
        if mark in lowered:
            raise BadWorkbook(f"这是{name}改了扩展名，不是真正的 .xlsx 表格", SAVE_AS)
    if _is_text(head):
        raise BadWorkbook("这是文本文件（如 CSV）改了扩展名，不是真正的 .xlsx 表格", SAVE_AS)
    raise BadWorkbook("无法识别的文件，不是 .xlsx 表格", SAVE_AS)


def _refuse_ole(data: bytes) -> None:
    def has(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if has("EncryptedPackage"):
        raise BadWorkbook("文件设有打开密码，无法读取", "请取消密码（文件—信息—保护工作簿）后另存再上传")
    if has("WordDocument") or has("PowerPoint Document"):
        raise BadWorkbook("这是旧版 Word 或演示文稿，不是 .xlsx 表格", "请上传表格文件")
    raise BadWorkbook("这是旧版表格（.xls 或 .et），不是 .xlsx", SAVE_AS)


def _is_text(head: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        if encoding == "utf-16" and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        for cut in range(4):  # the head may end inside a character
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return all(char.isprintable() or char in "\r\n\t\u3000" for char in text)
    return False


# ---------------------------------------------------------------- the archive


def _inspect_archive(archive: zipfile.ZipFile, size: int, limits: Limits) -> Inspection:
    parts = archive.infolist()
    _check_counts(parts, limits)
    names = [part.filename for part in parts]
    for part in parts:
        _check_name(part)
    _check_is_workbook(archive, names)
    scan = _Scan(limits)
    for part in parts:
        if not part.is_dir():
            _look_into(archive, part, scan)
    return Inspection(
        size=size,
        unzipped=sum(part.file_size for part in parts),
        parts=len(parts),
        macros=any("vbaproject" in name.lower() or "macrosheets/" in name.lower() for name in names),
        external_links=any("externallinks/" in name.lower() for name in names),
    )


def _check_counts(parts: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(parts) > limits.parts:
        raise UnsafeWorkbook(f"文件内有{len(parts)}个部件，超过{limits.parts}个", SAVE_AS)
    total = sum(part.file_size for part in parts)
    if total > limits.unzipped:
        raise UnsafeWorkbook(
            f"文件展开后有{total / MB:.0f}MB，超过{limits.unzipped // MB}MB",
            "请删除多余的空行、空列和图片后另存",
        )
    for part in parts:
        if part.file_size > 4 * MB and part.file_size > limits.ratio * max(part.compress_size, 1):
            raise UnsafeWorkbook(
                f"文件内容异常：{part.compress_size // 1024}KB 展开成{part.file_size / MB:.0f}MB",
                "请删除表格以外的空行、空列，把内容复制到新建的工作簿后上传",
            )
        if part.flag_bits & 0x1:
            raise BadWorkbook("文件设有密码，无法读取", "请取消密码后另存再上传")
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise UnsafeWorkbook("文件内有重名部件", SAVE_AS)


def _check_name(part: zipfile.ZipInfo) -> None:
    name = part.orig_filename
    steps = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in steps or ":" in name or "\0" in name or len(name) > 300:
        raise UnsafeWorkbook("文件内有越出目录的部件名", SAVE_AS)
    if stat.S_ISLNK(part.external_attr >> 16):
        raise UnsafeWorkbook("文件内有符号链接", SAVE_AS)


def _check_is_workbook(archive: zipfile.ZipFile, names: list[str]) -> None:
    known = set(names)
    if "xl/workbook.bin" in known:
        raise BadWorkbook("这是二进制表格（.xlsb），不是 .xlsx", SAVE_AS)
    if "word/document.xml" in known:
        raise BadWorkbook("这是 Word 文档（.docx），不是 .xlsx 表格", "请上传表格文件")
    if "ppt/presentation.xml" in known:
        raise BadWorkbook("这是演示文稿（.pptx），不是 .xlsx 表格", "请上传表格文件")
    if "mimetype" in known and "content.xml" in known:
        raise BadWorkbook("这是 ODF 表格（.ods），不是 .xlsx", SAVE_AS)
    if "[Content_Types].xml" not in known:
        if any(name.lower().endswith((".xlsx", ".xls")) for name in names):
            raise BadWorkbook("这是压缩包，里面另有表格", "请解压后逐个上传其中的 .xlsx 文件")
        raise BadWorkbook("这是普通压缩包，不是 .xlsx 表格", SAVE_AS)
    if not any(name.endswith("workbook.xml") for name in names):
        raise BadWorkbook("文件缺少工作簿部件，已损坏", SAVE_AS)


# ---------------------------------------------------------------- inside the parts

CHUNK = MB
OVERLAP = 512
DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0?!\0?D\0?O\0?C\0?T", re.IGNORECASE)
ROOT = re.compile(rb"<\0?[A-Za-z]")
ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
CELL = re.compile(rb"<(?:\w{1,20}:)?c\s[^<>]{0,200}?\br\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,8})[\"']")
ROW_NUMBER = re.compile(rb"<(?:\w{1,20}:)?row\s[^<>]{0,300}?\br\s*=\s*[\"'](\d{1,10})[\"']")
MERGE = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^<>]{0,200}?\bref\s*=\s*[\"']([A-Za-z]{1,4})(\d{1,8}):([A-Za-z]{1,4})(\d{1,8})"
)
WORKSHEET = re.compile(rb"<(?:\w{1,20}:)?worksheet[\s>]")
NESTED = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


@dataclass
class _Scan:
    """Counts over all sheets of one workbook."""

    limits: Limits
    rows: int = 0
    cells: int = 0
    merged: int = 0


def _look_into(archive: zipfile.ZipFile, part: zipfile.ZipInfo, scan: _Scan) -> None:
    with archive.open(part) as stream:
        head = stream.read(CHUNK)
        if head.startswith(NESTED):
            raise UnsafeWorkbook(
                f"文件内嵌有压缩包或文档（{Path(part.filename).name}）", "请删除嵌入的对象后另存"
            )
        if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
            return
        start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        if start and not start.startswith(b"<"):
            raise BadWorkbook(f"文件部件{Path(part.filename).name}不是 XML，已损坏", SAVE_AS)
        root = ROOT.search(head)
        prolog = head[: root.start()] if root else head
        if DOCTYPE.search(prolog) or (not root and len(head) == CHUNK):
            raise UnsafeWorkbook("文件内含实体定义（DTD），可能有害", SAVE_AS)
        if root and WORKSHEET.search(head[root.start() : root.start() + OVERLAP]):
            _scan_sheet(head, stream, scan)


def _scan_sheet(head: bytes, stream: BinaryIO, scan: _Scan) -> None:
    for text in _windows(head, stream):
        scan.rows += len(ROW.findall(text))
        if scan.rows > scan.limits.rows:
            raise UnsafeWorkbook(f"表格超过{scan.limits.rows}行", "请删除多余的空行，或拆分成几个文件")
        last = max((int(number) for number in ROW_NUMBER.findall(text)), default=0)
        columns, count = set(), 0
        for column, row in CELL.findall(text):
            columns.add(column)
            count += 1
            if len(row) > 5:
                last = max(last, int(row))
        scan.cells += count
        widest = max(columns, key=_column, default=b"A")
        if _column(widest) > scan.limits.columns or last > max(scan.limits.rows, 1):
            where = f"第{last}行" if last > scan.limits.rows else f"{widest.decode().upper()}列"
            raise UnsafeWorkbook(
                f"表格在{where}还有内容或格式，超出{scan.limits.rows}行、{scan.limits.columns}列",
                "请选中表格以外的行和列，删除后另存",
            )
        if scan.cells > scan.limits.cells:
            raise UnsafeWorkbook(f"表格超过{scan.limits.cells}个单元格", "请拆分成几个文件")
        for left, top, right, bottom in MERGE.findall(text):
            scan.merged += max(_column(right) - _column(left) + 1, 0) * max(int(bottom) - int(top) + 1, 0)
        if scan.merged > scan.limits.merged:
            raise UnsafeWorkbook("合并单元格范围过大", "请取消整行、整列的合并后另存")


def _windows(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """The sheet in pieces cut between tags, so that no tag is counted twice or torn."""
    rest = head
    while True:
        more = stream.read(CHUNK)
        cut = rest.rfind(b"<") if more else len(rest)
        if cut <= 0 and more:
            if len(rest) > 64 * MB:  # one tag longer than any honest text
                raise UnsafeWorkbook("文件内容异常", SAVE_AS)
            rest += more
            continue
        yield rest[:cut]
        if not more:
            return
        rest = rest[cut:] + more


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
