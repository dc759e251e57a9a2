"""The whole product in a real browser: one `manage.py up`, driven as its users drive it."""
