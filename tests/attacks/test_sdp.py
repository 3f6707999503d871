"""An offer of any shape is answered with an answer or 400, and smuggles no channel in."""

import random
from collections.abc import Iterator

import pytest

from tests.attacks.conftest import Started, settings_for
from tests.attacks.honest import OFFER, NotPlaced, honest_call, place
from tests.attacks.measure import measured
from tests.attacks.new_log import NewLog
from tests.attacks.stranger import visiting
from tests.attacks.target import Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

MUTATIONS = 150
ENGINE_KEY = "a-key-of-the-engine-that-is-long-enough"
AUDIO, CHANNEL = OFFER.split("m=application")
CHANNEL = f"m=application{CHANNEL}"
SMUGGLED = {
    "space": AUDIO + CHANNEL.replace("m=application", " m=application"),
    "capital": AUDIO + CHANNEL.replace("m=application", "M=application"),
    "tab": AUDIO + CHANNEL.replace("m=application", "\tm=application"),
    "line feed alone": AUDIO + CHANNEL.replace("\r\n", "\n").replace("m=application", "\nm=application"),
    "carriage return alone": AUDIO + "\r" + CHANNEL,
    "vertical tab": AUDIO + "\v" + CHANNEL,
    "next line": AUDIO + "\x85" + CHANNEL,
    "port 0": AUDIO.replace("m=audio 9", "m=audio 0"),
    "twice": AUDIO + CHANNEL + CHANNEL,
    "video": AUDIO + CHANNEL.replace("application", "video"),
}
"""Offers to a controlled call, which takes one audio section and no channel."""


@pytest.fixture(scope="module")
def controlled_app(provider_of_session: ScriptedProvider) -> Iterator[RunningApp]:
    app = RunningApp(settings_for(provider_of_session) | {"CONTROL": "sideband"}).start()
    yield app
    app.clean_up()


def mutated(seed: int) -> str:
    """Return the offer with lines left out, doubled, shuffled, cut or filled with other numbers."""
    chance = random.Random(seed)
    lines = OFFER.split("\r\n")
    for _change in range(chance.randint(1, 4)):
        place_ = chance.randrange(1, len(lines))
        match chance.randrange(6):
            case 0:
                del lines[place_]
            case 1:
                lines.insert(place_, chance.choice(lines))
            case 2:
                lines[place_] = lines[place_][: chance.randrange(1 + len(lines[place_]))]
            case 3:
                lines[place_] = "".join(chance.choice("0x-:/ 9") if c.isdigit() else c for c in lines[place_])
            case 4:
                lines[place_] = lines[place_].replace(" ", "", 1) + chance.choice(("", " ", " 99999999999"))
            case _:
                other = chance.randrange(1, len(lines))
                lines[place_], lines[other] = lines[other], lines[place_]
    return "\r\n".join(lines)


async def test_mutated_offers_to_the_engine_never_end_in_an_error_of_ours(start_app: Started) -> None:
    app = start_app({"ENGINE_API_KEY": ENGINE_KEY})
    failed: list[tuple[int, str]] = []
    async with measured(app), Target(app).http() as http:
        headers = {"Content-Type": "application/sdp", "Authorization": f"Bearer {ENGINE_KEY}"}
        headers["Connection"] = "close"
        for seed in range(MUTATIONS):
            answer = await http.post(
                "/engine/v1/realtime/calls",
                content=mutated(seed),
                headers=headers,
            )
            if answer.status_code >= 500:
                failed.append((seed, answer.text[:100]))
    assert failed == []
    assert NewLog.of(app).tracebacks == []


@pytest.mark.parametrize("offer", SMUGGLED.values(), ids=list(SMUGGLED))
async def test_a_controlled_call_takes_no_smuggled_section(
    offer: str, provider: ScriptedProvider, controlled_app: RunningApp
) -> None:
    async with visiting(controlled_app.url) as page:
        with pytest.raises(NotPlaced, match="400"):
            await place(page, controlled_app.url, provider, offer=offer)
    assert provider.requests_to("calls") == [], "the offer was passed on to the provider"


async def test_an_offer_with_two_thousand_candidates_is_refused(
    app: RunningApp, provider: ScriptedProvider
) -> None:
    candidates = "".join(
        f"a=candidate:{n} 1 udp 2113937151 192.0.2.{n % 250 + 1} {10_000 + n} typ host\r\n"
        for n in range(2000)
    )
    offer = AUDIO + candidates + CHANNEL
    async with honest_call(app.url, provider), visiting(app.url) as page:
        with pytest.raises(NotPlaced, match="400"):
            await place(page, app.url, provider, offer=offer)
