"""Query parameters that a route does not have."""

from collections.abc import Iterator

from fastapi import Request
from fastapi.dependencies.models import Dependant

from server.errors import ApiError


def refuse_unknown_query(request: Request) -> None:
    """Refuse a parameter that nothing reads: it is a typing error, and to ignore it would hide that.

    :raises ApiError: 400; it tells what the route takes, and not what was sent
    """
    taken = sorted(_query_names(request.scope["route"].dependant))
    if any(name not in taken for name in request.query_params):
        takes = f"the query parameters {' and '.join(taken)} alone" if taken else "no query parameters"
        raise ApiError(400, "unknown_parameter", f"This route takes {takes}.")


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (param.alias for param in dependant.query_params)
    for each in dependant.dependencies:
        yield from _query_names(each)
