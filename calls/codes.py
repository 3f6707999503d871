"""Codes that a page may report; others are stored and logged as `unknown`, as a page may send any words."""

UNKNOWN = "unknown"
FAILURE_CODES = frozenset(
    {
        "address_calls_full",
        "calls_full",
        "channel_timeout",
        "control_lost",
        "control_required",
        "frame_without_microphone",
        "insecure_origin",
        "limit_day_money",
        "limit_idle",
        "limit_minutes",
        "limit_money",
        "limit_share_money",
        "line_ended",
        "microphone_busy",
        "microphone_denied",
        "microphone_missing",
        "no_media_path",
        "no_media_path_engine",
        "not_ready",
        "not_started",
        "offer_refused",
        "page_left",
        "page_lost",
        "peer_lost",
        "provider_bad_answer",
        "provider_busy",
        "provider_ended",
        "provider_error",
        "provider_forbidden",
        "provider_model_missing",
        "provider_timeout",
        "provider_unauthorized",
        "server_stopping",
        "source_ended",
        "source_refused",
        "source_silent",
        "source_unsupported",
        "starts_exceeded",
        "stopped",
        "ticket_expired",
        "too_fast",
        "visitor_calls_full",
    }
)
"""Reasons why a call failed or ended. Each has a sentence in `locales/`, except `not_started`."""
NOTICE_CODES = frozenset(
    {
        "event_broken",
        "event_too_large",
        "event_unknown",
        "frame_without_microphone",
        "insecure_origin",
        "microphone_kept",
        "microphone_none",
        "microphone_other",
        "microphone_replaced",
        "speaker_kept",
        "speaker_replaced",
        "too_fast",
    }
)
"""Problems that a call survives, and obstacles that are found when the page opens."""


def failure_code(code: object) -> str | None:
    """Return a page's reason as a known code; None where it gave none."""
    if not isinstance(code, str):
        return None
    return code if code in FAILURE_CODES else UNKNOWN


def notice_code(code: object) -> str:
    """Return a page's notice as a known code."""
    return code if isinstance(code, str) and code in NOTICE_CODES else UNKNOWN
