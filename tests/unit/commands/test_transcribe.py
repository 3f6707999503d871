import asyncio
import io
import json
import re
import shutil
import signal
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import av
import pytest
from rich.console import Console

from commands import transcribe
from commands.audio.reading import duration_s
from commands.exit_codes import ExitCode
from commands.provider import Provider
from engine.stt.whisper import Model, WhisperSpeechToText
from tests.fakes.command import ended, start
from tests.fakes.engine_server import SERVER_KEY, running_engine
from tests.fakes.engine_session import ScriptedSpeechToText
from tests.fakes.socket_provider import KEY, SocketProvider, socket_provider
from tests.fakes.speech import write_microphone

SENTENCES = ("السلام علیکم، مجھے اپنے اکاؤنٹ کے بارے میں پوچھنا ہے۔", "بینک کب کھلتا ہے؟", "آپ کا بہت شکریہ۔")
TIMES = re.compile(r"(\d\d):(\d\d):(\d\d),(\d{3}) --> (\d\d):(\d\d):(\d\d),(\d{3})")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    first, second, third = SENTENCES
    return write_microphone(path, 1.0, first, 1.5, second, 2.0, third, 1.0)


@pytest.fixture(scope="module")
def lengths_s(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """How long each of the sentences is."""
    folder = tmp_path_factory.mktemp("sentences")
    paths = [write_microphone(folder / f"{n}.wav", sentence) for n, sentence in enumerate(SENTENCES)]
    return [duration_s(path) or 0 for path in paths]


def to_mp3(path: Path, mp3: Path) -> None:
    with av.open(path) as source, av.open(mp3, "w") as file:
        stream: Any = file.add_stream("libmp3lame", rate=22_050)
        for frame in source.decode(audio=0):
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


@pytest.fixture
def here(tmp_path: Path, talk: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a folder with the recording alone, far from any `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_TRANSCRIPTION_MODEL"):
        monkeypatch.delenv(name, raising=False)
    shutil.copy(talk, tmp_path)
    return tmp_path


def endings_beside(folder: Path, name: str) -> list[str]:
    """Return the endings of all files but one."""
    return [path.suffix for path in folder.iterdir() if path.name != name]


async def run(url: str, *arguments: str, key: str = KEY) -> int:
    """Run the command with this provider."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", url)
        patch.setenv("OPENAI_API_KEY", key)
        async with asyncio.timeout(60):
            return await asyncio.to_thread(transcribe.run, arguments)


def seconds(pcm: bytes) -> str:
    """Return the text of the scripted provider for a piece: its length."""
    return f"{len(pcm) / 48_000:.1f} seconds"


def scripted(**script: Any) -> AbstractAsyncContextManager[SocketProvider]:
    return socket_provider(words_of=seconds, **script)


@pytest.mark.parametrize("file", ["talk.wav", "talk.mp3"])
async def test_a_recording_becomes_subtitles_at_the_times_it_was_spoken(
    here: Path, lengths_s: list[float], file: str
) -> None:
    if file.endswith("mp3"):
        to_mp3(here / "talk.wav", here / file)
    async with scripted(held_back=3) as provider:
        code = await run(provider.url, file, "--language", "ur", "--format", "srt")
    assert code == ExitCode.OK
    times = [[int(part) for part in found] for found in TIMES.findall((here / "talk.srt").read_text())]
    starts = [(h * 60 + m) * 60 + s + ms / 1000 for h, m, s, ms, *_ in times]
    ends = [(h * 60 + m) * 60 + s + ms / 1000 for *_, h, m, s, ms in times]
    first, second, third = lengths_s
    spoken_at = [1.0, 1.0 + first + 1.5, 1.0 + first + 1.5 + second + 2.0]
    assert starts == pytest.approx(spoken_at, abs=0.3)
    until = [at + length for at, length in zip(spoken_at, (first, second, third), strict=True)]
    assert ends == pytest.approx(until, abs=0.3)


async def test_progress_is_shown_with_the_time_left(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(transcribe, "console", Console(file=shown, force_terminal=True, width=100))
    async with scripted() as provider:
        assert await run(provider.url, "talk.wav") == ExitCode.OK
    assert "talk.wav" in shown.getvalue()
    assert "100%" in shown.getvalue()
    assert "0:00:00" in shown.getvalue()


async def test_the_session_is_one_of_transcription_with_manual_commits_and_the_language(here: Path) -> None:
    async with scripted() as provider:
        await run(provider.url, "talk.wav", "--language", "ur")
    assert provider.queries == [{"intent": ["transcription"]}]
    assert provider.keys == [KEY]
    session = provider.sessions[0]
    assert session["type"] == "transcription"
    assert session["audio"]["input"]["turn_detection"] is None
    assert session["audio"]["input"]["transcription"] == {"model": "gpt-transcribe", "languages": ["ur"]}


async def test_words_stand_in_the_order_of_the_file_though_they_come_in_another(here: Path) -> None:
    async with scripted() as provider:
        await run(provider.url, "talk.wav", "--out", "straight")
    async with scripted(held_back=3, drops=[2]) as provider:
        await run(provider.url, "talk.wav", "--out", "crooked")
        assert len(provider.paths) == 2
    straight = (here / "straight/talk.txt").read_text()
    assert len(set(straight.splitlines())) == 3
    assert (here / "crooked/talk.txt").read_text() == straight


async def test_a_failed_piece_is_noted_in_its_place_and_in_the_exit_code(here: Path) -> None:
    async with scripted() as provider:
        await run(provider.url, "talk.wav")
    second = (here / "talk.txt").read_text().splitlines()[1]
    async with scripted(failing={second}) as provider:
        assert await run(provider.url, "talk.wav", "--format", "json") == ExitCode.SOME_FAILED
    failures = [cue["failure"] for cue in json.loads((here / "talk.json").read_text())]
    assert failures == [None, "audio_unintelligible", None]


async def test_several_files_are_done_and_an_unreadable_one_holds_nobody_up(here: Path) -> None:
    (here / "broken.wav").write_text("no sound")
    shutil.copy(here / "talk.wav", here / "again.wav")
    async with scripted() as provider:
        code = await run(provider.url, "talk.wav", "broken.wav", "again.wav", "--out", "words")
    assert code == ExitCode.USAGE
    assert sorted(path.name for path in (here / "words").iterdir()) == ["again.txt", "talk.txt"]


async def test_a_file_that_cannot_be_written_holds_nobody_up(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(here / "talk.wav", here / "again.wav")
    (here / "talk.txt").mkdir()
    async with scripted() as provider:
        assert await run(provider.url, "talk.wav", "again.wav") == ExitCode.USAGE
    assert "talk.txt" in capsys.readouterr().err
    assert (here / "again.txt").exists()


async def test_a_finished_text_takes_the_place_of_an_unfinished_one(here: Path) -> None:
    (here / "talk.partial.txt").write_text("half\n")
    async with scripted() as provider:
        assert await run(provider.url, "talk.wav") == ExitCode.OK
    assert not (here / "talk.partial.txt").exists()


async def test_progress_never_runs_backwards(here: Path) -> None:
    told: list[float] = []
    async with scripted(held_back=3) as provider:
        there = Provider(provider.url, KEY)
        session = {"type": "transcription"}
        await transcribe._fill_cues(here / "talk.wav", there, session, {}, told.append)
    assert len(told) == 3
    assert told == sorted(told)


async def test_ctrl_c_keeps_what_was_written_down_as_partial(here: Path) -> None:
    async with scripted() as provider:
        provider.words_of = lambda pcm: f"piece {len(provider.committed)}"
        provider.never_answers = {"piece 1", "piece 2"}
        env = {"OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": KEY}
        process = await start(here, "transcribe", "talk.wav", **env)
        await provider.until(lambda: len(provider.committed) == 3)
        process.send_signal(signal.SIGINT)
        done = await ended(process)
    assert done.code == ExitCode.INTERRUPTED, done.complained
    assert "Traceback" not in done.complained
    assert (here / "talk.partial.txt").read_text() == "piece 0\n"
    assert not (here / "talk.txt").exists()


async def test_the_own_engine_has_its_model_before_the_first_session(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []

    def load(name: str) -> Model:
        loaded.append(name)
        raise OSError("no route to huggingface.co")

    monkeypatch.setattr(
        "engine.stt.whisper.speech_to_text_here", lambda model: WhisperSpeechToText(model, load)
    )
    assert await asyncio.to_thread(transcribe.run, ["talk.wav"]) == ExitCode.PROVIDER
    said = capsys.readouterr().err
    assert loaded == ["small"]
    assert "loading the speech model small" in said
    assert "WHISPER_MODEL" in said
    assert not (here / "talk.txt").exists()


async def test_what_was_written_down_before_the_provider_failed_is_kept_as_partial(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.dictation.RETRY_DELAYS_S", (0.0,))

    async with scripted(drops=[2, 1, 1], drops_politely=True) as provider:
        code = await run(provider.url, "talk.wav")
    assert code == ExitCode.PROVIDER
    assert not (here / "talk.txt").exists()
    assert len((here / "talk.partial.txt").read_text().splitlines()) == 1


@pytest.mark.parametrize("refused", ["key", "session"])
async def test_a_provider_that_refuses_ends_it_with_its_code(
    here: Path, refused: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if refused == "key":
        async with running_engine() as engine:
            assert await run(engine.url, "talk.wav", key="sk-wrong-0123456789") == ExitCode.PROVIDER
    else:
        async with scripted(refused_session={"code": "model_not_found"}) as provider:
            assert await run(provider.url, "talk.wav") == ExitCode.PROVIDER
    said = capsys.readouterr().err
    assert ("provider_unauthorized" if refused == "key" else "model_not_found") in said
    assert "sk-" not in said


async def test_our_own_engine_writes_it_down_with_a_recogniser(here: Path) -> None:
    speech_to_text = ScriptedSpeechToText("بینک کب کھلتا ہے؟")
    async with running_engine(speech_to_text=speech_to_text) as engine:
        assert await run(engine.url, "talk.wav", "--language", "ur", key=SERVER_KEY) == ExitCode.OK
        assert len(engine.calls) == 0
    assert (here / "talk.txt").read_text() == "بینک کب کھلتا ہے؟\n" * 3
    assert {hints.language for _, hints in speech_to_text.heard} == {"ur"}


async def test_our_own_engine_without_a_recogniser_fails_every_piece(here: Path) -> None:
    async with running_engine() as engine:
        assert await run(engine.url, "talk.wav", key=SERVER_KEY) == ExitCode.SOME_FAILED
    assert (here / "talk.txt").read_text() == "[no_recognizer]\n" * 3


@pytest.mark.parametrize("name", ["2024-05-01T12:30:00Z.wav", "http:x.wav", "a b%d?.wav", "file:x.wav"])
async def test_any_name_of_a_file_is_a_name(here: Path, name: str) -> None:
    shutil.copy(here / "talk.wav", here / name)
    async with scripted() as provider:
        assert await run(provider.url, name) == ExitCode.OK
    assert (here / name).with_suffix(".txt").exists()


@pytest.mark.parametrize(("letters", "form"), [(122, "txt"), (125, "json")])
async def test_a_name_as_long_as_a_name_may_be_is_written(here: Path, letters: int, form: str) -> None:
    name = f"{'ا' * letters}.wav"
    shutil.move(here / "talk.wav", here / name)
    async with scripted() as provider:
        assert await run(provider.url, name, "--format", form) == ExitCode.OK
    assert endings_beside(here, name) == [f".{form}"]


async def test_a_file_that_is_not_there_is_named_before_anything_else(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(transcribe.run, ["nofile.wav"]) == ExitCode.USAGE
    assert "nofile.wav: No such file" in capsys.readouterr().err


async def test_a_folder_that_cannot_be_written_is_told_before_anything_is_paid_for(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "taken").write_text("a file")
    async with scripted() as provider:
        assert await run(provider.url, "talk.wav", "--out", "taken") == ExitCode.USAGE
        assert provider.paths == []
    assert "taken" in capsys.readouterr().err


async def test_words_that_cannot_be_written_after_all_are_kept_elsewhere(
    here: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    async with scripted() as provider:
        said_of = provider.words_of

        def words_of(pcm: bytes) -> str:
            (here / "talk.txt").mkdir(exist_ok=True)
            return said_of(pcm)

        provider.words_of = words_of
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tempfile.tempdir", str(elsewhere))
            assert await run(provider.url, "talk.wav") == ExitCode.USAGE
    (rescued,) = elsewhere.rglob("talk.txt")
    assert len(rescued.read_text().splitlines()) == 3
    assert str(rescued) in capsys.readouterr().err


async def test_a_recording_that_was_cut_off_is_written_down_and_said_to_be_so(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (here / "talk.wav").read_bytes()
    (here / "talk.wav").write_bytes(whole[: len(whole) // 2])
    async with scripted() as provider:
        assert await run(provider.url, "talk.wav") == ExitCode.SOME_FAILED
    assert (here / "talk.txt").read_text()
    assert "talk.wav: it is damaged" in capsys.readouterr().err


def test_without_key_and_recogniser_it_says_what_is_missing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert transcribe.run(["talk.wav"]) == ExitCode.PROVIDER
    said = capsys.readouterr().err
    assert "OPENAI_API_KEY" in said and "--extra whisper" in said
    assert not (here / "talk.txt").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["talk.wav", "--format", "doc"],
        ["talk.wav", "--language", "Urdu!"],
        ["a/talk.wav", "a/talk.mp3"],
        ["talk.txt"],
    ],
)
def test_a_wrong_command_line_is_refused_before_anything_is_read(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        transcribe.run(arguments)
    assert caught.value.code == ExitCode.USAGE
