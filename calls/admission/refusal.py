"""The refusal of a call that may not start."""


class CallRefused(Exception):
    """A call may not start now. Nothing was spent."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        """Create the refusal.

        :param code: `calls_full`, `visitor_calls_full`, `address_calls_full`, `starts_exceeded`,
            `limit_day_money`, `limit_share_money`, `control_required` or `not_ready`
        :param retry_after_s: seconds until another start makes sense; None: not soon
        """
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s
