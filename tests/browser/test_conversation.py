"""What a scripted provider says, as the page shows it."""

from typing import Any

from playwright.sync_api import expect

from calls.services.tool_outputs import MAX_OUTPUT_BYTES
from components.shared.words import Words
from tests.browser.conftest import CallerFactory
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import (
    barge_in,
    playback_ends,
    reply,
    reply_begins,
    reply_ends,
    speech_heard,
    spoken_turn,
    transcribed,
    typed,
)

QUESTION = "میرا کارڈ کھو گیا ہے، میں کیا کروں؟"
ANSWER = "پریشان نہ ہوں، میں ابھی آپ کا کارڈ بند کرواتا ہوں۔"

READ = """async (event) => {
  const { readEvent } = await import("inbound");
  return readEvent(JSON.stringify(event), { known: [event.type], wanted: [event.type] });
}"""


def test_a_spoken_turn_fills_two_bubbles_with_urdu_set_right_to_left(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*spoken_turn(1, QUESTION, ANSWER))
    for item_id, role, text in (("user_1", "user", QUESTION), ("agent_1", "assistant", ANSWER)):
        bubble = caller.bubble(item_id)
        expect(bubble).to_contain_text(text)
        expect(bubble).to_have_attribute("data-role", role)
        assert bubble.locator("xpath=descendant-or-self::*[@dir='rtl' and @lang='ur']").count() >= 1


def test_urdu_that_begins_with_a_latin_name_stays_right_to_left_and_english_does_not(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*spoken_turn(1, "JS Bank کی شاخ کہاں ہے؟", "Please say it in Urdu."))
    expect(caller.bubble("agent_1")).to_contain_text("Please say it in Urdu.")
    assert caller.bubble("user_1").locator("xpath=descendant-or-self::*[@dir='rtl']").count() >= 1
    assert caller.bubble("agent_1").locator("xpath=descendant-or-self::*[@dir='ltr']").count() >= 1


def test_bubbles_stand_in_conversation_order_not_in_order_of_arrival(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    first, second = speech_heard("user_1"), speech_heard("user_2", "agent_1")
    answer = reply("agent_1", "user_1", ["خوش", " آمدید"])
    provider.send(*first, *second, *answer, *transcribed("user_2", "دوسرا"), *transcribed("user_1", "پہلا"))
    expect(caller.bubble("user_1")).to_contain_text("پہلا")
    expect(caller.bubble("user_2")).to_contain_text("دوسرا")
    shown = caller.bubbles.evaluate_all("bubbles => bubbles.map(bubble => bubble.dataset.itemId)")
    assert shown == ["user_1", "agent_1", "user_2"]


def test_the_agents_words_appear_while_they_come(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*reply_begins("agent_1", None, ["خوش "]))
    expect(caller.bubble("agent_1")).to_contain_text("خوش")
    expect(caller.bubble("agent_1")).not_to_contain_text("آمدید")
    provider.send(*reply_ends("agent_1", None, "خوش آمدید"))
    expect(caller.bubble("agent_1")).to_contain_text("خوش آمدید")


def test_a_barge_in_marks_the_reply_and_keeps_its_text(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*reply_begins("agent_1", None, [f"{word} " for word in ANSWER.split()]))
    expect(caller.bubble("agent_1")).to_contain_text("کارڈ")
    provider.send(*barge_in("agent_1", "user_1", audio_end_ms=700))
    expect(caller.bubble("agent_1").get_by_text("interrupted")).to_be_visible()
    expect(caller.bubble("agent_1")).to_contain_text("ہوں۔")


def test_after_a_barge_in_nothing_of_the_reply_is_played_and_the_next_one_is(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    plays = "window.__peers.at(-1).getReceivers()[0].track.enabled"
    provider.send(*reply_begins("agent_1", None, ["جی ", "ہاں، "]))
    expect(caller.status).to_have_attribute("data-state", "agent_speaking")
    assert caller.page.evaluate(plays)
    provider.send(*barge_in("agent_1", "user_1", audio_end_ms=700))
    caller.page.wait_for_function(f"!{plays}")
    provider.send(*reply_begins("agent_2", "user_1", ["اچھا۔"]))
    caller.page.wait_for_function(plays)


def test_typed_words_reach_the_session_and_ask_for_one_answer(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    caller.type(QUESTION)
    item = provider.call.wait_for("conversation.item.create")["item"]
    assert item["content"] == [{"type": "input_text", "text": QUESTION}]
    provider.call.wait_for("response.create")
    provider.send(*typed("user_1", QUESTION), *reply("agent_1", "user_1", ["جی ", "ضرور"]))
    expect(caller.bubble("user_1")).to_contain_text(QUESTION)
    expect(caller.bubble("agent_1")).to_contain_text("جی ضرور")
    expect(caller.text_field).to_have_value("")


def test_typed_words_cut_a_reply_that_is_being_spoken_and_never_ask_twice_at_once(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send(*reply_begins("agent_1", None, ["ایک ", "لمبا ", "جواب "]))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")
    caller.type("بس")
    provider.call.wait_for("conversation.item.create")
    types = [event["type"] for event in provider.call.received]
    assert types.index("response.cancel") < types.index("output_audio_buffer.clear")
    assert "response.create" not in types
    provider.send(*barge_in("agent_1", "user_1", audio_end_ms=300)[1:])
    provider.call.wait_for("response.create")


def test_markup_in_a_transcript_is_shown_as_text(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    markup = "<img src=x onerror=\"document.title='owned'\"><b>موٹا</b>"
    provider.send(*spoken_turn(1, markup, markup))
    expect(caller.bubble("user_1")).to_contain_text(markup)
    expect(caller.bubble("agent_1")).to_contain_text(markup)
    assert caller.page.get_by_role("log").locator("img, b").count() == 0


def test_a_call_goes_on_through_broken_unknown_and_huge_messages(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.send({"type": "from.the.future", "x": 1}, {"type": "response.something_new"})
    expect(caller.notice).to_contain_text(Words("en")["notice.event_unknown"])
    expect(caller.notice).to_have_attribute("data-count", "2")
    provider.send({"no": "type"}, {"type": 7})
    provider.call.send_raw("{broken", "[1, 2]", "null", '"text"', b"\xff\xfe")
    expect(caller.notice).to_have_attribute("data-count", "9")
    provider.send({"type": "conversation.item.added", "item": "no object"})
    provider.send(*transcribed("user_0", "لفظ " * 130_000))
    provider.send(*(delta("agent_0", "لفظ " * 500) for _ in range(12)))
    provider.send(*spoken_turn(1, QUESTION, ANSWER))
    expect(caller.bubble("agent_1")).to_contain_text(ANSWER)
    expect(caller.stop_button).to_be_enabled()


def test_what_is_too_long_is_shortened_without_spoiling_what_was_streamed_or_hiding_the_end_of_a_reply(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    long = "لفظ " * 20_000
    *ends, done = reply_ends("agent_1", None, long)
    done["response"]["output"] *= 9
    final = next(event for event in ends if "transcript" in event)
    assert caller.page.evaluate(READ, final)["event"]["transcript"] == ""
    assert caller.page.evaluate(READ, done)["event"]["response"]["status"] == "completed"
    provider.send(*reply_begins("agent_1", None, ["جواب"]), *ends, done, *playback_ends("agent_1"))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")
    caller.type("اور؟")
    provider.call.wait_for("response.create")


def test_a_tools_output_that_is_shortened_on_its_way_is_nothing_to_tell_a_caller(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    output = {
        "id": "tool_2",
        "type": "function_call_output",
        "call_id": "c",
        "output": "x" * MAX_OUTPUT_BYTES,
    }
    read = caller.page.evaluate(READ, {"type": "conversation.item.added", "item": output})
    assert read["problem"] is None
    assert 10_000 < len(read["event"]["item"]["output"]) < MAX_OUTPUT_BYTES


def delta(item_id: str, text: str) -> dict[str, Any]:
    kind = "response.output_audio_transcript.delta"
    return {"type": kind, "item_id": item_id, "response_id": "resp", "content_index": 0, "delta": text}


def test_an_error_event_becomes_a_small_notice_and_the_call_goes_on(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    error = {"type": "invalid_request_error", "code": "odd_thing", "message": "<b>Odd</b>", "param": None}
    provider.send({"type": "error", "event_id": "event_1", "error": error})
    expect(caller.notice).to_be_visible()
    provider.send(*spoken_turn(1, QUESTION, ANSWER))
    expect(caller.bubble("agent_1")).to_contain_text(ANSWER)


def test_half_an_emoji_costs_itself_alone(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url).open()
    caller.go_live()
    provider.call.send(
        *typed("user_1", "\ude00 پہلے"), *reply_begins("agent_1", "user_1", ["جی \ud83d", " ہاں"])
    )
    expect(caller.bubble("user_1")).to_contain_text("\ufffd پہلے")
    expect(caller.bubble("agent_1")).to_contain_text("جی \ufffd ہاں")
    provider.call.send(*reply_ends("agent_1", "user_1", "جی \U0001f600 ہاں"))
    expect(caller.bubble("agent_1")).to_contain_text("جی \U0001f600 ہاں")


CUT = """async ([text, known]) => {
  const { readEvent } = await import("inbound");
  const event = { type: known, item: { id: "a", content: [{ type: "input_text", text }] } };
  return readEvent(JSON.stringify(event), { known: [known], wanted: [known] }).event.item.content[0].text;
}"""


def test_a_very_long_text_is_cut_between_its_characters(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    page = caller_at(provider_app.url).open().page
    for last in (
        "\U0001f600",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f1f5\U0001f1f0",
        "e\u0301",
    ):
        cut = page.evaluate(CUT, ["a" * 11_999 + last + "b", "conversation.item.added"])
        assert cut == "a" * 11_999 + "…"
