from pathlib import Path

import pytest

from calls.persona import PersonaError, load_persona, load_personas
from realtime.session import build_session

PERSONAS = Path(__file__).parents[2] / "personas"
GOOD = 'name = "{name}"\ntitle = "T"\nheading = "H"\ninstructions = "I"\n'


def write(root: Path, name: str, text: str | None = None) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "persona.toml").write_text(GOOD.format(name=name) if text is None else text, "utf-8")
    return folder


def test_every_shipped_persona_loads() -> None:
    personas, errors = load_personas(PERSONAS)
    assert errors == []
    assert "jsbank" in personas


def test_jsbank_asks_for_the_session_the_bank_wants() -> None:
    session = build_session(load_persona(PERSONAS / "jsbank").session())
    assert session["model"] == "gpt-realtime-2.1-mini"
    assert session["audio"]["output"] == {"voice": "verse"}
    assert session["audio"]["input"]["transcription"]["model"] == "gpt-transcribe"
    assert session["audio"]["input"]["transcription"]["languages"] == ["ur"]
    assert session["audio"]["input"]["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 400,
        "create_response": True,
        "interrupt_response": True,
    }


def test_the_guide_is_part_of_the_instructions(tmp_path: Path) -> None:
    folder = write(tmp_path, "shop")
    (folder / "guide.md").write_text("# Hours\nNine to five.", "utf-8")
    assert load_persona(folder).session().instructions == "I\n\n# Hours\nNine to five."


def test_settings_override_what_the_folder_says(tmp_path: Path) -> None:
    spec = load_persona(write(tmp_path, "shop")).session(
        model="m", voice="v", transcription_model="whisper-1", prompt_id="p"
    )
    assert (spec.model, spec.voice, spec.prompt_id) == ("m", "v", "p")
    assert spec.transcription == {"model": "whisper-1", "language": "en"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("= broken", "not TOML"),
        (GOOD.replace('title = "T"\n', ""), "title"),
        (GOOD + 'colour = "red"\n', "colour"),
        (GOOD + '[colors]\nground = "red"\n', "colors.ground"),
        (GOOD + "[turn_detection]\nthreshold = 2\n", "turn_detection.threshold"),
        (GOOD + 'transfer_to = "https://example.org"\n', "transfer_to"),
        (GOOD.replace("{name}", "other"), "name"),
    ],
)
def test_a_broken_persona_is_refused_with_file_and_field(tmp_path: Path, text: str, named: str) -> None:
    folder = write(tmp_path, "shop", text.replace("{name}", "shop"))
    with pytest.raises(PersonaError) as caught:
        load_persona(folder)
    assert "shop/persona.toml" in str(caught.value)
    assert named in str(caught.value)


def test_a_folder_without_a_persona_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PersonaError, match=r"empty/persona\.toml"):
        load_persona(tmp_path / "empty")


def test_one_broken_persona_leaves_the_others_standing(tmp_path: Path) -> None:
    write(tmp_path, "bad", "= broken")
    write(tmp_path, "good")
    write(tmp_path, "Bad Name")
    personas, errors = load_personas(tmp_path)
    assert list(personas) == ["good"]
    assert len(errors) == 2
