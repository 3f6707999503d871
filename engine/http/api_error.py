"""An error in the API's own shape, for HTTP answers and `error` events alike."""


class EngineError(Exception):
    """What was wrong with a request or a client event."""

    def __init__(
        self,
        message: str,
        *,
        code: str,
        param: str | None = None,
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        """Create the error.

        :param code: machine-readable, such as `unknown_parameter`
        :param param: path of the offending field, such as `session.voice`
        :param status: the HTTP status when this answers a request
        :param kind: the API's `error.type`
        """
        super().__init__(message)
        self.message = message
        self.code = code
        self.param = param
        self.status = status
        self.kind = kind

    def fields(self) -> dict[str, str | None]:
        """Return the object under `error`: type, code, message, param."""
        return {"type": self.kind, "code": self.code, "message": self.message, "param": self.param}
