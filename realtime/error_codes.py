"""Error codes that are kept and logged: a fixed list, since a browser may send any words as a code."""

from realtime.fields import Json, mapping, text

OTHER = "other"
KNOWN_CODES = frozenset(
    {
        "array_above_max_length",
        "audio_too_large",
        "audio_unintelligible",
        "authentication_error",
        "beta_api_shape_disabled",
        "call_id_not_found",
        "cannot_update_voice",
        "content_filter",
        "context_length_exceeded",
        "conversation_already_has_active_response",
        "decimal_above_max_value",
        "decimal_below_min_value",
        "engine_failure",
        "failed",
        "input_audio_buffer_append_unsupported",
        "input_audio_buffer_commit_empty",
        "insufficient_quota",
        "integer_above_max_value",
        "integer_below_min_value",
        "internal_error",
        "invalid_api_key",
        "invalid_event",
        "invalid_json",
        "invalid_json_schema",
        "invalid_language_format",
        "invalid_offer",
        "invalid_request",
        "invalid_request_error",
        "invalid_type",
        "invalid_value",
        "item_create_duplicate_id",
        "item_delete_invalid_item_id",
        "item_not_found",
        "item_truncate_invalid_item_id",
        "missing_model",
        "missing_required_parameter",
        "model_not_found",
        "model_unavailable",
        "no_recognizer",
        "permission_error",
        "rate_limit_error",
        "rate_limit_exceeded",
        "recognizer_failed",
        "request_too_large",
        "response_cancel_not_active",
        "server_error",
        "session_expired",
        "string_above_max_length",
        "transcription_failed",
        "unknown_parameter",
        "unsupported_parameter",
    }
)
"""Error codes of the Realtime API and of our engine."""
INCOMPLETE_REASONS = frozenset({"client_cancelled", "content_filter", "max_output_tokens", "turn_detected"})
"""Reasons why a response was cancelled or not completed (`status_details.reason`)."""


def error_code(error: Json) -> str:
    """Return the code (or the type) of an error object, `other` where it is not a known one."""
    code = text(error, "code") or text(error, "type")
    return code if code in KNOWN_CODES else OTHER


def incomplete_reason(details: Json) -> str | None:
    """Return why a response did not complete, from its `status_details`; None where they do not say."""
    if reason := text(details, "reason"):
        return reason if reason in INCOMPLETE_REASONS else OTHER
    error = mapping(details, "error")
    return error_code(error) if error else None
