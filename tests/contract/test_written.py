"""The official SDK asks the engine for JSON by a schema."""

from typing import Any, Literal

import openai as sdk
import pytest
from openai import AsyncOpenAI
from openai.types.responses import Response
from pydantic import BaseModel

CALL = """Caller: السلام علیکم، میرا نام عائشہ صدیقی ہے، میں کراچی سے بات کر رہی ہوں۔
Agent: فرمائیے۔
Caller: میرے سیونگ اکاؤنٹ کا کارڈ گم ہو گیا ہے۔ میرا نمبر 0300-1234567 ہے۔
Agent: ہم آپ سے دوبارہ رابطہ کریں گے۔"""


class Contact(BaseModel):
    """How to reach the caller."""

    phone: str | None
    email: str | None


class Profile(BaseModel):
    """What a bank wants to know."""

    name: str | None
    city: str | None
    account_type: Literal["current", "savings"] | None
    contact: Contact
    topics: list[str]
    need: str
    follow_up: bool


async def test_a_profile_is_parsed_into_the_clients_own_model(openai: AsyncOpenAI) -> None:
    answer = await openai.responses.parse(model="guftagu-engine", input=CALL, text_format=Profile)
    assert answer.output_parsed == Profile(
        name="عائشہ صدیقی",
        city="کراچی",
        account_type="savings",
        contact=Contact(phone="03001234567", email=None),
        topics=[],
        need="میرے سیونگ اکاؤنٹ کا کارڈ گم ہو گیا ہے۔",
        follow_up=True,
    )


async def test_the_answer_is_what_the_sdk_calls_a_response(openai: AsyncOpenAI) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }
    answer = await openai.responses.create(
        model="guftagu-engine",
        input=[{"role": "user", "content": CALL}],
        text={"format": {"type": "json_schema", "name": "where", "schema": schema}},
        store=False,
    )
    Response.model_validate(answer.to_dict())
    assert answer.output_text == '{"city": "کراچی"}'
    assert answer.usage
    assert answer.usage.output_tokens > 0


async def test_an_endless_schema_raises_the_sdks_own_error(openai: AsyncOpenAI) -> None:
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.responses.create(
            model="guftagu-engine",
            input=CALL,
            text={"format": {"type": "json_schema", "name": "x", "schema": {"$ref": "#"}}},
        )
    assert caught.value.code == "invalid_json_schema"
