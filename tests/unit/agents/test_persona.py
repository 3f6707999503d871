import re
from pathlib import Path

import pytest

from agents.persona import (
    GUIDE_LIMIT,
    SEARCH_FIRST,
    Colors,
    PersonaError,
    contrast,
    load_persona,
    load_personas,
)
from components.shared.direction import Letters
from components.shared.stylesheet import stylesheet
from realtime.session import build_session

PERSONAS = Path(__file__).parents[3] / "personas"
GOOD = 'name = "{name}"\ntitle = "T"\nheading = "H"\ninstructions = "I"\n'


def write(root: Path, name: str, text: str | None = None) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "persona.toml").write_text(GOOD.format(name=name) if text is None else text, "utf-8")
    return folder


def test_every_shipped_persona_loads() -> None:
    personas, errors = load_personas(PERSONAS)
    assert errors == []
    assert list(personas) == ["blank", "ibx", "jsbank"]


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


def test_a_long_guide_is_looked_up_instead_of_told(tmp_path: Path) -> None:
    folder = write(tmp_path, "shop")
    (folder / "guide.md").write_text("# Hours\n" + "Nine to five. " * (GUIDE_LIMIT // 14), "utf-8")
    spec = load_persona(folder).session()
    assert spec.instructions == f"I\n\n{SEARCH_FIRST}"
    assert [tool["name"] for tool in spec.tools] == ["search_guide"]


def test_a_persona_says_itself_what_is_too_long(tmp_path: Path) -> None:
    folder = write(tmp_path, "shop", "guide_limit = 10\n" + GOOD.format(name="shop"))
    (folder / "guide.md").write_text("# Hours\nNine to five.", "utf-8")
    assert "search_guide" in load_persona(folder).tools


def test_ibx_is_what_its_page_promises() -> None:
    ibx = load_persona(PERSONAS / "ibx")
    session = build_session(ibx.session())
    assert ibx.heading == "Chat with the Independence Blue Cross Voice Assistant"
    assert (ibx.start_label, ibx.stop_label, ibx.idle_label) == ("Start Chat", "Stop Chat", "Idle")
    assert "2025 Individual and Family plans" in ibx.intro
    assert "Thank you for calling Independence Blue Cross" in ibx.greeting
    assert session["audio"]["output"] == {"voice": "alloy"}
    assert len(ibx.guide.split()) > 1500


@pytest.mark.parametrize("name", ["ibx", "jsbank"])
def test_a_demo_of_a_real_company_says_that_it_is_one(name: str) -> None:
    persona = load_persona(PERSONAS / name)
    assert "demo, not affiliated" in f"{persona.intro} {persona.footer}".lower()


def test_the_guide_of_ibx_names_no_phone_number_but_the_emergency_ones() -> None:
    guide = load_persona(PERSONAS / "ibx").guide
    assert re.findall(r"\d{3}[-. ]\d{3,4}[-. ]\d{4}|\d{3}[-.]\d{4}|\(\d{3}\)", guide) == []


def test_the_words_of_a_light_page_have_contrast_enough() -> None:
    colors = load_persona(PERSONAS / "ibx").colors
    assert colors.theme == "light"
    assert colors.stop
    assert contrast(colors.accent, colors.ground) >= 3  # Signs and edges.
    for ground in (colors.accent2, colors.stop):
        assert contrast("#ffffff", ground) >= 4.5


def test_the_stylesheets_light_inks_can_be_read_on_white() -> None:
    sheet = stylesheet()
    light = sheet.split('[content="light"])) {', 1)[1].split("}", 1)[0]
    inks = re.findall(r"--(?:ink|muted|warm|focus): (#[0-9a-f]{6});", light)
    assert len(inks) == 4
    assert min(contrast(ink, "#ffffff") for ink in inks) >= 4.5


@pytest.mark.parametrize(
    ("ground", "theme"), [("#0b1220", "dark"), ("#ffffff", "light"), ("#808080", "light")]
)
def test_the_ground_decides_between_a_light_and_a_dark_page(ground: str, theme: str) -> None:
    assert Colors.model_construct(ground=ground).theme == theme


def test_settings_override_what_the_folder_says(tmp_path: Path) -> None:
    spec = load_persona(write(tmp_path, "shop")).session(
        model="m", voice="v", transcription_model="whisper-1", prompt_id="p"
    )
    assert (spec.model, spec.voice, spec.prompt_id) == ("m", "v", "p")
    assert spec.transcription == {"model": "whisper-1", "language": "en"}


def test_a_model_may_be_named_alone_or_with_what_is_asked_of_it(tmp_path: Path) -> None:
    alone = load_persona(write(tmp_path, "alone", GOOD.format(name="alone") + 'model = "my-model"\n'))
    assert alone.session().model == "my-model"
    assert alone.session().extra == {}
    text = (
        GOOD.format(name="full")
        + """
voice = "voice_abc123"

[model]
name = "my-model"
truncation = { retention_ratio = 0.8, post_instructions = 8000 }
max_output_tokens = 1024
reasoning_effort = "low"
tool_choice = "auto"
"""
    )
    session = build_session(load_persona(write(tmp_path, "full", text)).session())
    assert session["model"] == "my-model"
    assert session["audio"]["output"]["voice"] == {"id": "voice_abc123"}
    assert session["truncation"] == {
        "type": "retention_ratio",
        "retention_ratio": 0.8,
        "token_limits": {"post_instructions": 8000},
    }
    assert session["reasoning"] == {"effort": "low"}
    assert (session["max_output_tokens"], session["tool_choice"]) == (1024, "auto")


@pytest.mark.parametrize("setting", ['truncation = "disabled"', 'max_output_tokens = "inf"'])
def test_what_a_model_is_not_asked_is_not_sent(tmp_path: Path, setting: str) -> None:
    folder = write(tmp_path, "shop", GOOD.format(name="shop") + f"[model]\n{setting}\n")
    name, value = setting.replace('"', "").split(" = ")
    assert load_persona(folder).session().extra == {name: value}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("= broken", "not TOML"),
        (GOOD.replace('title = "T"\n', ""), "title"),
        (GOOD + 'colour = "red"\n', "colour"),
        (GOOD + 'language = "Urdu"\n', "language"),
        (GOOD + "language = []\n", "language"),
        (GOOD + '[words.fr]\ntitle = "Boutique"\n', "words.fr"),
        (GOOD + '[words.ur]\ncolour = "red"\n', "words.ur.colour"),
        (GOOD + '[colors]\nground = "red"\n', "colors.ground"),
        (GOOD + '[colors]\nground = "#ffffff"\naccent = "#FFFFFF"\n', "colors.accent"),
        (GOOD + '[colors]\nground = "#ffffff"\naccent2 = "#fefefe"\n', "colors.accent2"),
        (GOOD + '[colors]\nground = "#00d4ff"\n', "colors.accent"),
        (GOOD + '[colors]\nground = "#dc2626"\nstop = "#dc2626"\n', "colors.stop"),
        (GOOD + 'voice = "bob"\n', "voice: "),
        (GOOD + 'voice = "voice_"\n', "voice: "),
        (GOOD + "[turn_detection]\nthreshold = 2\n", "turn_detection.threshold"),
        (GOOD + '[model]\nname = ""\n', "model.name"),
        (GOOD + "[model]\nmax_output_tokens = 0\n", "model.max_output_tokens"),
        (GOOD + '[model]\nreasoning_effort = "none at all"\n', "model.reasoning_effort"),
        (GOOD + "[model]\ntruncation = { retention_ratio = 2 }\n", "model.truncation"),
        (GOOD + '[model]\ntool_choice = "search_guide"\n', "model.tool_choice"),
        (GOOD + "[model]\ntemperature = 1\n", "model.temperature"),
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


@pytest.mark.parametrize("code", ["import nothing_of_this_name", "1 / 0", "def ("])
def test_tools_that_cannot_be_run_are_refused_with_their_file(tmp_path: Path, code: str) -> None:
    folder = write(tmp_path, "shop")
    (folder / "tools.py").write_text(code, "utf-8")
    with pytest.raises(PersonaError, match=r"shop/tools\.py"):
        load_persona(folder)


def test_a_guide_that_is_no_text_is_refused_with_its_file(tmp_path: Path) -> None:
    folder = write(tmp_path, "shop")
    (folder / "guide.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PersonaError, match=r"shop/guide\.md"):
        load_persona(folder)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_that_windows_editors_wrote_are_read(tmp_path: Path, encoding: str) -> None:
    folder = write(tmp_path, "shop")
    (folder / "persona.toml").write_bytes(GOOD.format(name="shop").replace("\n", "\r\n").encode(encoding))
    (folder / "guide.md").write_bytes("# Opening\r\nNine to five.\r\n".encode(encoding))
    (folder / "tools.py").write_bytes("\ufeffX = 1\r\n".encode())
    assert load_persona(folder).guide == "# Opening\nNine to five.\n"


def test_one_broken_persona_leaves_the_others_standing(tmp_path: Path) -> None:
    write(tmp_path, "bad", "= broken")
    write(tmp_path, "good")
    write(tmp_path, "Bad Name")
    personas, errors = load_personas(tmp_path)
    assert list(personas) == ["good"]
    assert len(errors) == 2


def test_a_persona_says_what_callers_may_adjust_and_how_its_voice_and_ears_begin(tmp_path: Path) -> None:
    text = GOOD + 'speed = 0.9\nnoise_reduction = "near_field"\nadjustable = ["speed"]\n'
    persona = load_persona(write(tmp_path, "shop", text.replace("{name}", "shop")))
    assert persona.adjustable == ["speed"]
    audio = build_session(persona.session())["audio"]
    assert (audio["output"]["speed"], audio["input"]["noise_reduction"]) == (0.9, {"type": "near_field"})


def test_manual_turn_detection_is_asked_for_as_none(tmp_path: Path) -> None:
    text = GOOD + '[turn_detection]\ntype = "manual"\n'
    persona = load_persona(write(tmp_path, "shop", text.replace("{name}", "shop")))
    assert build_session(persona.session())["audio"]["input"]["turn_detection"] is None


def test_a_persona_may_speak_several_languages_the_most_likely_first(tmp_path: Path) -> None:
    text = 'language = ["ur", "en"]\n' + GOOD.format(name="shop")
    persona = load_persona(write(tmp_path, "shop", text))
    assert (persona.language, persona.languages) == ("ur", ["ur", "en"])
    assert persona.session().transcription == {"model": "gpt-transcribe", "languages": ["ur", "en"]}
    assert load_persona(write(tmp_path, "one", 'language = "ur"\n' + GOOD.format(name="one"))).languages == [
        "ur"
    ]


def test_a_persona_has_words_of_its_own_for_each_language_of_the_page(tmp_path: Path) -> None:
    urdu = '[words.ur]\ntitle = "دکان"\nheading = "دکان سے بات کریں"\nstart_label = "بات کریں"\n'
    text = GOOD.format(name="shop") + 'intro = "Ask us."\nstart_label = "Talk"\nstop_label = "End"\n' + urdu
    persona = load_persona(write(tmp_path, "shop", text))
    english, shown = persona.own_words("en"), persona.own_words("ur")
    assert (english.title, english.intro, english.start_label) == ("T", "Ask us.", "Talk")
    assert (shown.title, shown.heading, shown.intro) == ("دکان", "دکان سے بات کریں", "Ask us.")
    assert (shown.start_label, shown.stop_label) == ("بات کریں", ""), "an English label on an Urdu page"


@pytest.mark.parametrize("name", ["ibx", "jsbank"])
def test_a_demo_persona_is_complete_in_urdu_and_in_english(name: str) -> None:
    persona = load_persona(PERSONAS / name)
    for language in ("en", "ur"):
        shown = persona.own_words(language)
        words = [shown.title, shown.heading, shown.footer, *filter(None, [shown.intro])]
        assert [Letters("en").add(text).language for text in words] == [language] * len(words)
    assert bool(persona.own_words("ur").intro) == bool(persona.intro)
