from typing import Any

import pytest

from realtime.sip import IncomingCall, incoming_call, line_of
from tests.fakes.webhooks import ringing


@pytest.mark.parametrize(
    "address",
    [
        "+922132799000",
        "+92 (21) 3279-9000",
        "00922132799000",
        "tel:+92-21-32799000;phone-context=example.org",
        "sip:922132799000@trunk.example.org:5061;transport=tls",
        "sips:%2B922132799000@trunk",
        '"Bank" <sip:+922132799000@trunk;user=phone>;tag=abc',
        '"sip:111@elsewhere" <SIP:+922132799000@trunk>',
    ],
)
def test_a_line_is_the_same_however_its_address_is_written(address: str) -> None:
    assert line_of(address) == "922132799000"


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("<sip:Proj_1@sip.api.openai.com;transport=tls>", "proj_1"),
        ("sip:helpline:secret@trunk", "helpline"),
        ("", ""),
        ("٠٣٠٠١٢٣٤٥٦٧", "٠٣٠٠١٢٣٤٥٦٧"),
    ],
)
def test_a_line_without_a_number_is_its_name(address: str, line: str) -> None:
    assert line_of(address) == line


def test_an_incoming_call_says_which_line_was_dialled_and_who_claims_to_call() -> None:
    assert incoming_call(ringing("rtc_a-1")) == IncomingCall("rtc_a-1", "922132799000", "923001234567")


def test_header_names_are_read_in_any_case_and_the_first_of_two_counts() -> None:
    event = ringing()
    event["data"]["sip_headers"] = [
        {"name": "TO", "value": "sip:111@trunk"},
        {"name": "To", "value": "sip:222@trunk"},
    ]
    assert incoming_call(event) == IncomingCall("rtc_1", "111", "")


@pytest.mark.parametrize("headers", [None, "To: 111", [None, 1, {"name": 1}, {"name": "To", "value": []}]])
def test_broken_headers_are_no_headers(headers: Any) -> None:
    event = ringing()
    event["data"]["sip_headers"] = headers
    assert incoming_call(event) == IncomingCall("rtc_1")


@pytest.mark.parametrize("call_id", [None, 7, "", "call_1", "rtc_../../hangup", "rtc_", "rtc_1?x", "rtc_1\n"])
def test_what_names_no_call_of_the_provider_is_no_incoming_call(call_id: Any) -> None:
    assert incoming_call(ringing(call_id)) is None


def test_other_events_are_no_incoming_call() -> None:
    assert incoming_call(ringing() | {"type": "live.transport.incoming"}) is None
    assert incoming_call({"type": "realtime.call.incoming"}) is None


def test_a_callers_number_does_not_show_when_a_call_is_printed() -> None:
    assert "923001234567" not in repr(incoming_call(ringing()))
