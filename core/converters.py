"""Path converters: what an address may name."""

from django.urls import register_converter


class Key:
    """The number of a row, as long as a database can keep one; a longer number is no address (404)."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_url(self, value: object) -> str:
        """Its digits."""
        return str(value)


register_converter(Key, "key")
