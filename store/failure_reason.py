"""Why a database failed, in words that hold nothing of what was to be written."""

from socket import gaierror

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

NOTHING_ANSWERS = "nothing answers at its address"
SENTENCES = {
    "SQLITE_BUSY": "another program keeps it locked",
    "SQLITE_CANTOPEN": "its file cannot be opened or made",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_NOTADB": "its file is no SQLite database",
    "SQLITE_PERM": "its file may not be opened",
    "SQLITE_READONLY": "its file may not be written",
    "08001": NOTHING_ANSWERS,
    "08006": NOTHING_ANSWERS,
    "25006": "it may only be read",
    "28000": "it refuses this user",
    "28P01": "it refuses this user or password",
    "3D000": "the server has no database of that name",
    "42501": "this user may not change it",
    "53100": "the disk is full",
    "53300": "it has no connection left",
    "57P03": "it is starting or stopping",
}
"""By SQLite's primary result code or PostgreSQL's SQLSTATE."""


def reason_of(error: SQLAlchemyError | OSError) -> str:
    """Return the kind of an error, with the driver's code where it has one and a sentence for the usual ones.

    A driver's own text may hold the row, so it is left out.
    """
    if type(error) is ConnectionError:  # asyncpg's own, when TLS is refused
        return "it takes no encrypted connection, or broke one off"
    if isinstance(error, ConnectionError | TimeoutError | gaierror):
        return NOTHING_ANSWERS
    if isinstance(error, OSError):  # Without a number it is several attempts at one connection.
        return error.strerror or NOTHING_ANSWERS
    code = _code(error)
    sentence = SENTENCES.get(code) or SENTENCES.get("_".join(code.split("_")[:2]))
    return sentence or f"{type(error).__name__} {code}".strip()


def _code(error: SQLAlchemyError) -> str:
    if not isinstance(error, DBAPIError):
        return ""
    for name in ("sqlite_errorname", "sqlstate", "pgcode"):
        if code := getattr(error.orig, name, None):
            return str(code)
    return ""
