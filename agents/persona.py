"""A persona: one agent as a folder of data (`persona.toml`, `guide.md`), validated as a whole."""

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from agents.guide_search import search_tool
from agents.limits import OwnLimits
from agents.tools import Prepare, Tool, ToolMistake, load_tools, offered
from guides.sections import without_search_phrases
from realtime.session import CUSTOM_VOICE, SessionSpec, transcription_for
from settings import VOICES
from text_files import NotText, read_text

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Uri = Annotated[str, StringConstraints(pattern=r"^(tel:\+?[0-9][0-9.()-]*|sips?:[^\s<>]+)$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639 code."""
Languages = Annotated[
    list[Language],
    Field(min_length=1),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
]
"""One code, or a list of them, the most likely first."""
PageLanguage = Literal["en", "ur"]
NoiseReduction = Literal["near_field", "far_field", "off"]
Adjustable = Literal["voice", "speed", "noise_reduction", "turn_detection", "answers"]
LEAST_CONTRAST = 1.5
"""Contrast with the ground (WCAG 2.2) below which a colour cannot be told from it."""
NAME = re.compile(r"^[a-z][a-z0-9-]{0,31}$")
GUIDE_LIMIT = 8000
"""Characters, some 2000 tokens of English. Instructions are billed input of every answer again and take from
the context of 32,000 tokens of the smaller models; a shorter guide is worth having at hand at once."""
SEARCH_FIRST = (
    "The guide is not part of these instructions. Before you answer a question of substance, call "
    "search_guide with what the caller wants to know, and answer only from what it returns."
)


def _known_voice(voice: str) -> str:
    if voice not in VOICES and not CUSTOM_VOICE.fullmatch(voice):
        raise ValueError(
            f"takes one of {', '.join(VOICES)}, or the id of a custom voice, such as voice_abc; "
            "for another server's voice set OPENAI_VOICE"
        )
    return voice


Voice = Annotated[Text, AfterValidator(_known_voice)]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours `#rrggbb`, 1 (none) to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Of `#rrggbb`, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class PersonaError(ValueError):
    """A persona's folder is not right; the text names file and field and says what it takes."""


class Strict(BaseModel):
    """A table of `persona.toml`: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class RetentionRatio(Strict):
    """How much of a full context stays when the provider cuts its oldest part."""

    retention_ratio: float = Field(ge=0, le=1)
    """Share of the context that stays. A smaller one is cut less often, and keeps the provider's cache."""
    post_instructions: int | None = Field(default=None, ge=1)
    """Tokens after the instructions at which the context counts as full; None: the model's own limit."""

    def asked(self) -> dict[str, Any]:
        """Return the session's `truncation`."""
        limits = {"post_instructions": self.post_instructions} if self.post_instructions else {}
        about = {"token_limits": limits} if limits else {}
        return {"type": "retention_ratio", "retention_ratio": self.retention_ratio, **about}


class ModelSettings(Strict):
    """Which model answers, and how; what is None is not sent, since not every server knows it."""

    name: Text = "gpt-realtime-2.1-mini"
    truncation: Literal["auto", "disabled"] | RetentionRatio | None = None
    """What the provider does with a context that is full."""
    max_output_tokens: Annotated[int, Field(ge=1, le=4096)] | Literal["inf"] | None = None
    """Limit of one response, tool calls included."""
    reasoning_effort: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None
    tool_choice: Literal["auto", "none", "required"] | None = None

    def asked(self) -> dict[str, Any]:
        """Return the fields of the session that are set, beside the model's name."""
        truncation = self.truncation
        fields = {
            "truncation": truncation.asked() if isinstance(truncation, RetentionRatio) else truncation,
            "max_output_tokens": self.max_output_tokens,
            "reasoning": {"effort": self.reasoning_effort} if self.reasoning_effort else None,
            "tool_choice": self.tool_choice,
        }
        return {name: value for name, value in fields.items() if value is not None}


class TranscriptionSettings(Strict):
    """Settings of how the caller's speech becomes text."""

    model: Text = "gpt-transcribe"
    languages: list[Language] = []


class TurnDetection(Strict):
    """Settings of when the provider decides that the caller has finished."""

    type: Literal["server_vad", "semantic_vad", "manual"] = "server_vad"
    """`manual`: never; the caller holds a button while speaking."""
    threshold: float | None = Field(default=None, ge=0, le=1)
    prefix_padding_ms: int | None = Field(default=None, ge=0, le=5000)
    silence_duration_ms: int | None = Field(default=None, ge=100, le=10000)
    idle_timeout_ms: int | None = Field(default=None, ge=5000, le=30000)
    eagerness: Literal["low", "medium", "high", "auto"] | None = None
    create_response: bool = True
    interrupt_response: bool = True

    def asked(self) -> dict[str, Any] | None:
        """Return what is asked of the provider: the fields of this type that are set; None for manual."""
        if self.type == "manual":
            return None
        return self.model_dump(exclude_none=True, exclude=_foreign_fields(self.type))


def _foreign_fields(kind: str) -> set[str]:
    silence = {"threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"}
    return {"eagerness"} if kind == "server_vad" else silence


class Colors(Strict):
    """The page's colours, `#rrggbb`."""

    model_config = ConfigDict(validate_default=True)

    ground: Color = "#0b1220"
    accent: Color = "#00d4ff"
    accent2: Color = "#7c4dff"
    """On a light page also of links and of the start button, where words need contrast."""
    stop: Color | None = None
    """The stop button, with white words on it; None: quiet."""

    @field_validator("accent", "accent2", "stop")
    @classmethod
    def _differs_from_ground(cls, color: str | None, info: ValidationInfo) -> str | None:
        ground = info.data.get("ground")
        if color and ground and contrast(color, ground) < LEAST_CONTRAST:
            raise ValueError(f"cannot be told from the ground, {ground}")
        return color

    @property
    def theme(self) -> Literal["light", "dark"]:
        """What the ground asks for: ink is dark on the lighter half of grounds."""
        return "light" if luminance(self.ground) > 0.179 else "dark"


class OwnWords(Strict):
    """A persona's own words in one language of the page; others are taken from the persona itself."""

    title: Text | None = None
    heading: Text | None = None
    intro: str | None = None
    footer: str | None = None
    start_label: Text | None = None
    stop_label: Text | None = None
    hint: str | None = None
    idle_label: str | None = None


class PageWords(Strict):
    """A persona's own words as a page in one language shows them; an empty label is the catalogue's."""

    title: str
    heading: str
    intro: str
    footer: str
    hint: str
    start_label: str = ""
    stop_label: str = ""
    idle_label: str = ""


class Persona(Strict):
    """One agent, as the page, the session and the limits see it."""

    name: Text
    title: Text
    heading: Text
    intro: str = ""
    footer: str = ""
    words: dict[PageLanguage, OwnWords] = {}
    """The words above in other languages of the page."""
    languages: Languages = Field(default=["en"], alias="language")
    """What the agent speaks."""
    page_language: PageLanguage | None = None
    """Of the page's own words, where neither address nor browser asks for one; None: English."""
    start_label: Text = "Start Conversation"
    stop_label: Text = "Stop"
    examples: list[Text] = Field(default=[], max_length=3)
    """Questions that the page offers to begin with, in the agent's language."""
    hint: str = ""
    """A word behind the status *Listening…*, in the caller's language."""
    idle_label: str = ""
    """The status before a call; without it the page says which button to press."""
    model: ModelSettings = ModelSettings()
    """A model's name alone stands for a table that says nothing else."""
    voice: Voice = "marin"
    speed: float | None = Field(default=None, ge=0.25, le=1.5)
    """Of speaking; 1 is the voice's own."""
    noise_reduction: NoiseReduction = "off"
    """At the provider, beside what the browser does: for a microphone near the mouth, or far from it."""
    adjustable: list[Adjustable] = ["voice", "speed", "noise_reduction", "turn_detection", "answers"]
    """The settings a caller may change for their own call."""
    instructions: Text
    guide: str = ""
    """The text of `guide.md`."""
    guide_limit: int = Field(default=GUIDE_LIMIT, ge=0)
    """Characters; a guide that is longer is looked up by the tool `search_guide`."""
    greeting: str = ""
    """What the agent says first, word for word; empty: it waits for the caller."""
    control: Literal["bridged", "sideband"] = "bridged"
    """Who runs a call: the page's data channel, or this server's own sideband."""
    phone_numbers: list[Text] = []
    """The lines this agent answers, such as `+92 21 32799000`."""
    transfer_to: Uri | None = None
    """Where phone calls are handed over to a human, such as `tel:+922132799000`."""
    key_terms: list[Text] = []
    """Words the recogniser should know."""
    transcription: TranscriptionSettings = TranscriptionSettings()
    turn_detection: TurnDetection = TurnDetection()
    limits: OwnLimits = OwnLimits()
    tools: dict[str, Tool] = {}
    """The functions of `tools.py` by name."""
    prepare: Prepare | None = None
    """The function `prepare` of `tools.py`: makes the tables that its tools need."""
    colors: Colors = Colors()

    @field_validator("model", mode="before")
    @classmethod
    def _named_model(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value

    @property
    def language(self) -> str:
        """The language that the agent speaks, or will most likely speak."""
        return self.languages[0]

    def own_words(self, page_language: str) -> PageWords:
        """Return what a page in this language shows.

        Labels that stand in no table for a language are English.
        """
        shown = {name: getattr(self, name) for name in ("title", "heading", "intro", "footer", "hint")}
        if page_language == "en":
            shown |= {name: getattr(self, name) for name in ("start_label", "stop_label", "idle_label")}
        for language, words in self.words.items():
            if language == page_language:
                shown |= words.model_dump(exclude_none=True)
        return PageWords(**shown)

    def told_guide(self, *, for_engine: bool = False) -> str:
        """Return what the instructions hold of the guide: all of it, or how to look it up."""
        told = without_search_phrases(self.guide)
        if len(told) > self.guide_limit:
            return SEARCH_FIRST
        return self.guide if for_engine else told

    def session(
        self,
        *,
        controlled: bool = False,
        for_engine: bool = False,
        model: str | None = None,
        voice: str | None = None,
        transcription_model: str | None = None,
        prompt_id: str | None = None,
    ) -> SessionSpec:
        """Return what a call with this persona asks of the provider; arguments override the folder.

        :param for_engine: whether our own engine answers, whose demo agent finds sections by what callers say
        """
        languages = self.transcription.languages or self.languages
        noise_reduction = None if self.noise_reduction == "off" else {"type": self.noise_reduction}
        return SessionSpec(
            model=model or self.model.name,
            voice=voice or self.voice,
            instructions=f"{self.instructions}\n\n{self.told_guide(for_engine=for_engine)}".strip(),
            transcription=transcription_for(
                transcription_model or self.transcription.model, languages, self.key_terms
            ),
            turn_detection=self.turn_detection.asked(),
            noise_reduction=noise_reduction,
            speed=self.speed,
            tools=offered(self.tools, controlled=controlled),
            prompt_id=prompt_id,
            extra=self.model.asked(),
        )


def load_persona(folder: Path) -> Persona:
    """Read and check one folder.

    :raises PersonaError: naming file and field
    """
    file = folder / "persona.toml"
    if not NAME.match(folder.name):
        raise PersonaError(f"{folder.name}: a persona's folder is named with a–z, 0–9 and -, such as my-bank")
    try:
        table: dict[str, Any] = tomllib.loads(read_text(file))
    except OSError:
        raise PersonaError(f"{folder.name}/persona.toml: cannot be read; every persona needs one") from None
    except (tomllib.TOMLDecodeError, NotText) as error:
        raise PersonaError(f"{folder.name}/persona.toml: not TOML: {error}") from None
    if (folder / "guide.md").exists():
        table["guide"] = _guide(folder)
    for name in ("tools", "prepare"):
        if name in table:
            raise PersonaError(f"{folder.name}/persona.toml: {name}: belongs into tools.py as typed code")
    try:
        loaded = load_tools(folder)
    except (ToolMistake, SyntaxError, ImportError) as error:
        raise PersonaError(f"{folder.name}/tools.py: {error}") from None
    except Exception as error:  # It is code of others, which may fail in any way when it is run.
        raise PersonaError(f"{folder.name}/tools.py: {type(error).__name__}: {error}") from error
    table |= {"tools": loaded.tools, "prepare": loaded.prepare}
    return _able_to_search(_checked(table, folder.name))


def _guide(folder: Path) -> str:
    try:
        return read_text(folder / "guide.md")
    except (OSError, NotText):
        raise PersonaError(f"{folder.name}/guide.md: cannot be read as UTF-8 text") from None


def _able_to_search(persona: Persona) -> Persona:
    if len(without_search_phrases(persona.guide)) <= persona.guide_limit:
        return persona
    search = search_tool(persona.guide, persona.language)
    return persona.model_copy(update={"tools": {search.name: search} | persona.tools})


def _checked(table: dict[str, Any], folder_name: str) -> Persona:
    try:
        persona = Persona.model_validate(table)
    except ValidationError as error:
        problems = [
            f"{folder_name}/persona.toml: {'.'.join(map(str, e['loc']))}: {e['msg']}"
            for e in error.errors(include_input=False)
        ]
        raise PersonaError("; ".join(problems)) from None
    if persona.name != folder_name:
        raise PersonaError(f"{folder_name}/persona.toml: name: must be the folder's name, {folder_name!r}")
    return persona


def load_personas(root: Path) -> tuple[dict[str, Persona], list[PersonaError]]:
    """Read every folder under `root`: the good ones by name, and what is wrong with the others."""
    personas: dict[str, Persona] = {}
    errors: list[PersonaError] = []
    for folder in sorted(
        path for path in root.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))
    ):
        try:
            persona = load_persona(folder)
        except PersonaError as error:
            errors.append(error)
        else:
            personas[persona.name] = persona
    return personas, errors
