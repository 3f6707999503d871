"""The part of an error that may be logged: type and place. Its text may hold what a caller said."""


def where(error: BaseException) -> str:
    """Return the type of an error and the file and line that raised it; for a group, those of its first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    place, trace = "", error.__traceback__
    while trace:
        place, trace = f" in {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}", trace.tb_next
    return type(error).__name__ + place
