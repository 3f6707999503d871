"""What `DATABASE_URL` may say, as the address that SQLAlchemy takes."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SQLITE, POSTGRESQL = "sqlite+aiosqlite", "postgresql+asyncpg"
DRIVERS = {
    "sqlite": SQLITE,
    SQLITE: SQLITE,
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    POSTGRESQL: POSTGRESQL,
}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""Values of `sslmode`, as in PostgreSQL's manual (33.19.3)."""


class AddressRefused(ValueError):
    """An address that leads to no database. The text says what is taken, never the address itself."""


def address_of(url: str) -> URL:
    """Read a database's address in any of the forms that hosts and manuals print.

    :param url: such as `sqlite:///data/guftagu.db` or `postgres://user:password@host/name?sslmode=require`
    :raises AddressRefused: it names no database that this server can use
    """
    try:
        address = make_url(url.strip())
    except (ArgumentError, ValueError):  # such as a port that is no number
        raise AddressRefused("takes an address such as postgresql://user:password@host/name") from None
    driver = DRIVERS.get(address.drivername)
    if driver is None:
        raise AddressRefused("takes sqlite:///… or postgresql://…; there is no driver for another database")
    return _sqlite(address) if driver == SQLITE else _postgresql(address)


def _sqlite(address: URL) -> URL:
    if address.host or not address.database or ":memory:" in address.database or address.query:
        raise AddressRefused("takes a file for SQLite, such as sqlite:///data/guftagu.db, without parameters")
    return address.set(drivername=SQLITE)


def _postgresql(address: URL) -> URL:
    query = dict(address.query)
    if mode := query.pop("sslmode", None):
        query["ssl"] = mode
    if not query.keys() <= {"ssl", "host", "port"}:
        raise AddressRefused("takes no parameters for PostgreSQL but sslmode, host and port")
    if query.get("ssl", "prefer") not in SSL_MODES:
        raise AddressRefused(f"takes one sslmode of {', '.join(SSL_MODES)}")
    ports = query.get("port", "")
    if not isinstance(ports, str) or not (ports.isdecimal() or ports == ""):
        raise AddressRefused("takes one number as the port")
    return address.set(drivername=POSTGRESQL, query=query)
