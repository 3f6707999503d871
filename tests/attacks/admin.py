"""The administrator of an attacked app, who reads its records."""

from access.passwords import hash_password

PASSWORD = "a password that nobody guesses in a year"
AUTH = ("admin", PASSWORD)
SETTINGS = {"ADMIN_PASSWORD_HASH": hash_password(PASSWORD)}
