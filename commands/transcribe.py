"""`main.py transcribe FILE…`: transcripts of recordings, as text or subtitles."""

import argparse
import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from commands.audio.reading import RATE, Flaws, UnreadableAudio, duration_s, read_audio
from commands.audio.segments import segments_of
from commands.exit_codes import ExitCode
from commands.provider import NothingListens, Provider, provider_of
from commands.targets import file_name, require_writable, write_or_rescue
from realtime.dictation import Dictation, SettledPiece
from realtime.failures import ProviderFailure
from realtime.session import transcription_for
from realtime.socket import RealtimeSocket, SessionRefused
from settings import Settings, SettingsError, load_settings
from transcripts.recording import FORMATS, Cue, Format, written

DEFAULT_MODEL = "gpt-transcribe"
LANGUAGE = re.compile(r"[a-z]{2,3}")

console = Console(stderr=True)


@dataclass(frozen=True, slots=True)
class Options:
    """Options of the command line."""

    files: list[Path]
    language: str | None
    format: Format
    out: Path | None

    def target(self, file: Path, *, partial: bool = False) -> Path:
        """Return the path of a file's transcript; an unfinished one has a name of its own."""
        ending = f"{'.partial' if partial else ''}.{self.format}"
        return (self.out or file.parent) / file_name(file.stem, ending)


def run(arguments: Sequence[str]) -> int:
    """Run the command.

    :return: an `ExitCode`
    """
    options = _options(arguments)
    try:
        return asyncio.run(_transcribe_all(options, load_settings()))
    except (SettingsError, OSError) as error:
        return _stopped(str(error), ExitCode.USAGE)
    except NothingListens as nothing:
        return _stopped(str(nothing), ExitCode.PROVIDER)
    except ProviderFailure as failure:
        return _stopped(f"the provider could not be used: {failure.code}", ExitCode.PROVIDER)
    except SessionRefused as refused:
        return _stopped(f"the provider refused the session: {refused}", ExitCode.PROVIDER)
    except KeyboardInterrupt:
        return _stopped("interrupted", ExitCode.INTERRUPTED)


def _stopped(why: str, code: ExitCode) -> ExitCode:
    console.print(f"transcribe: {why}", style="red", markup=False, highlight=False, soft_wrap=True)
    return code


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser("main.py transcribe", description="Write down what recordings say.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="anything with sound in it")
    parser.add_argument("--language", type=_language, metavar="CODE", help="what is spoken, such as ur")
    parser.add_argument("--format", choices=FORMATS, default="txt")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; beside each file by default")
    options = Options(**vars(parser.parse_args(arguments)))
    twice = [target for target, count in Counter(map(options.target, options.files)).items() if count > 1]
    if twice:
        parser.error(f"more than one file would be written to {twice[0]}")
    if overwritten := [file for file in options.files if options.target(file) == file]:
        parser.error(f"{overwritten[0]} would be overwritten")
    return options


def _language(code: str) -> str:
    if not LANGUAGE.fullmatch(code):
        raise argparse.ArgumentTypeError("takes a code of two or three letters, such as ur")
    return code


async def _transcribe_all(options: Options, settings: Settings) -> ExitCode:
    files, worst = _possible(options)
    if not files:
        return worst
    async with provider_of(settings, listens=True) as provider:
        for file in files:
            try:
                complete = await _transcribe(file, options, settings, provider)
            except (UnreadableAudio, OSError) as error:
                worst = max(worst, _stopped(f"{file}: {error}", ExitCode.USAGE))
                continue
            if not complete:
                worst = max(worst, ExitCode.SOME_FAILED)
    return worst


def _possible(options: Options) -> tuple[list[Path], ExitCode]:
    """Return the files that can be read and written down, before anything is paid for, and the exit code."""
    files: list[Path] = []
    worst = ExitCode.OK
    for file in options.files:
        try:
            duration_s(file)
            for partial in (True, False):
                require_writable(options.target(file, partial=partial))
        except (UnreadableAudio, OSError) as error:
            worst = _stopped(f"{file}: {error}", ExitCode.USAGE)
        else:
            files.append(file)
    return files, worst


async def _transcribe(file: Path, options: Options, settings: Settings, provider: Provider) -> bool:
    """Transcribe one file and return whether it is written down whole."""
    length_s = await asyncio.to_thread(duration_s, file)
    session = _session(settings, options.language)
    cues: dict[int, Cue] = {}
    flaws = Flaws()
    partial = True
    with _progress() as progress:
        bar = progress.add_task(file.name, total=length_s)
        try:
            await _fill_cues(
                file,
                provider,
                session,
                cues,
                lambda until_s: progress.update(bar, completed=until_s),
                flaws,
            )
            partial = False
            progress.update(bar, total=length_s or 1, completed=length_s or 1)
        finally:
            if cues or not partial:
                in_order = [cues[number] for number in sorted(cues)]
                _write(in_order, options.target(file, partial=partial), options.format)
        options.target(file, partial=True).unlink(missing_ok=True)  # of an earlier run
    if told := str(flaws):
        _stopped(f"{file}: {told}", ExitCode.SOME_FAILED)
    return not told and all(cue.failure is None for cue in cues.values())


async def _fill_cues(
    file: Path,
    provider: Provider,
    session: dict[str, Any],
    cues: dict[int, Cue],
    on_progress: Callable[[float], None],
    flaws: Flaws | None = None,
) -> None:
    """Fill `cues` by number in the file, since the words may come in another order.

    :param flaws: is told what is wrong with the file
    """
    times: list[tuple[float, float]] = []
    done_s = 0.0

    async def pieces() -> AsyncIterator[bytes]:
        segments = segments_of(read_audio(file, flaws))
        while segment := await asyncio.to_thread(next, segments, None):
            times.append((segment.start_s, segment.end_s))
            yield segment.pcm

    def add_cue(piece: SettledPiece) -> None:
        nonlocal done_s
        cues[piece.number] = Cue(*times[piece.number], piece.text.strip(), piece.failure)
        done_s = max(done_s, times[piece.number][1])
        on_progress(done_s)

    async def open_socket() -> RealtimeSocket:
        return await provider.open(session, intent="transcription")

    await Dictation(open_socket, add_cue, silent_s=provider.silent_s).transcribe(pieces())


def _session(settings: Settings, language: str | None) -> dict[str, Any]:
    model = settings.openai_transcription_model or DEFAULT_MODEL
    transcription = transcription_for(model, [language] if language else [], [])
    return {
        "type": "transcription",
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": RATE},
                "transcription": transcription,
                "turn_detection": None,
            }
        },
    }


def _write(cues: Sequence[Cue], target: Path, form: Format) -> None:
    text = written(cues, form)
    write_or_rescue(target, lambda path: path.write_text(text, "utf-8", "replace"))
    failed = sum(cue.failure is not None for cue in cues)
    console.print(
        f"{target}: {len(cues)} pieces" + (f", {failed} without words" if failed else ""),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _progress() -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal)
