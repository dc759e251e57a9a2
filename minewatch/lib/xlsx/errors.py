"""Why a workbook was turned away."""


class BadWorkbook(ValueError):
    """A file that cannot be read as a workbook: what it is, and how to mend it (both Chinese)."""

    def __init__(self, message: str, mend: str = ""):
        super().__init__(f"{message}。{mend}。" if mend else f"{message}。")
        self.message = message
        self.mend = mend


class UnsafeWorkbook(BadWorkbook):
    """A file built, or grown, so that reading it would do harm: bombs, foreign paths, entities, far cells."""
