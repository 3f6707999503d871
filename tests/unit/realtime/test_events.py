import pytest

from realtime.events import ServerEvent, server_event


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("response.output_audio_transcript.delta", ServerEvent.OUTPUT_TRANSCRIPT_DELTA),
        ("response.audio_transcript.delta", ServerEvent.OUTPUT_TRANSCRIPT_DELTA),
        ("response.text.done", ServerEvent.OUTPUT_TEXT_DONE),
        ("conversation.item.created", ServerEvent.ITEM_ADDED),
        ("transcription_session.updated", ServerEvent.SESSION_UPDATED),
    ],
)
def test_a_name_of_the_ga_form_or_the_beta_names_one_event(name: str, event: ServerEvent) -> None:
    assert server_event(name) is event


@pytest.mark.parametrize("name", ["response.hologram", "", None, 5, ["error"]])
def test_what_is_no_known_name_names_nothing(name: object) -> None:
    assert server_event(name) is None
