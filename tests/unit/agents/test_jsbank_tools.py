import asyncio
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from agents.tools import ToolContext, ToolRefused, load_tools
from calls.owned_tasks import OwnedTasks
from calls.services.tool_execution import ToolRunner
from realtime.conversation.changes import ToolReady
from store.database import Database
from store.demo_bank import MAX_FAILED_CHECKS, DemoBank
from tests.fakes.kept import database_at
from tests.fakes.no_database import NO_DATABASE

TOOLS = load_tools(Path(__file__).parents[3] / "personas" / "jsbank")
PURPOSES = get_args(TOOLS["documents_needed"].arguments.model_fields["purpose"].annotation)
AYESHA = {"full_name": "Ayesha Siddiqui", "cnic_last_four": "4821", "date_of_birth": "1990-03-14"}
BILAL = {"full_name": "بلال احمد", "cnic_last_four": "1067", "date_of_birth": "1984-11-02"}
PRIVATE = ("verify_identity", "account_balances", "block_card")
WRONG = {**AYESHA, "cnic_last_four": "0000"}


@pytest.fixture
async def database(database: Database) -> Database:
    """Provide a database with the demo's customers."""
    await DemoBank(database).seed()
    return database


@pytest.fixture
def caller(database: Database) -> ToolContext:
    return ToolContext("call_1", database)


@pytest.fixture
def other(database: Database) -> ToolContext:
    return ToolContext("call_2", database)


async def ask(context: ToolContext, name: str, **arguments: Any) -> dict[str, Any]:
    tool = TOOLS[name]
    checked = tool.arguments.model_validate_json(json.dumps(arguments))
    return dict(json.loads(await tool.run(context, checked)))


async def refusal(context: ToolContext, name: str, **arguments: Any) -> str:
    with pytest.raises(ToolRefused) as refused:
        await ask(context, name, **arguments)
    assert refused.value.sentence
    return refused.value.code


# -- IBAN ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "iban",
    [
        "PK36SCBL0000001123456702",
        "pk36 scbl 0000 0011 2345 6702",
        "PK۳۶-SCBL-۰۰۰۰-۰۰۱۱-۲۳۴۵-۶۷۰۲",
        "DE89370400440532013000",
        "GB82 WEST 1234 5698 7654 32",
    ],
)
async def test_a_right_iban_is_right_however_it_is_written(iban: str) -> None:
    answer = await ask(ToolContext("call_1", NO_DATABASE), "check_iban", iban=iban)
    assert answer["valid"] is True
    assert answer["country"] == iban[:2].upper()


@pytest.mark.parametrize(
    ("iban", "said"),
    [
        ("PK37SCBL0000001123456702", "غلط"),
        ("PK36SCBL0000001123456720", "غلط"),
        ("PK36SCBL000000112345670", "23"),
        ("36SCBL0000001123456702", "شکل"),
        ("DE8937040044053201300", "غلط"),
        ("", "شکل"),
        ("کوئی نہیں", "شکل"),
    ],
)
async def test_a_wrong_iban_is_told_apart_with_what_is_wrong(iban: str, said: str) -> None:
    answer = await ask(ToolContext("call_1", NO_DATABASE), "check_iban", iban=iban)
    assert answer["valid"] is False
    assert said in answer["message"]


async def test_an_iban_is_not_repeated() -> None:
    answer = await ask(ToolContext("call_1", NO_DATABASE), "check_iban", iban="PK36SCBL0000001123456702")
    assert "1123456702" not in json.dumps(answer)


# -- documents -------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", PURPOSES)
async def test_every_purpose_has_a_sentence_in_the_guide(purpose: str) -> None:
    answer = await ask(ToolContext("call_1", NO_DATABASE), "documents_needed", purpose=purpose)
    guide = (Path(__file__).parents[3] / "personas" / "jsbank" / "guide.md").read_text("utf-8")
    assert answer["message"] in guide


async def test_a_business_hears_of_its_registration() -> None:
    answer = await ask(ToolContext("call_1", NO_DATABASE), "documents_needed", purpose="کاروبار")
    assert "رجسٹریشن" in answer["message"]


# -- identity --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        AYESHA,
        {**AYESHA, "full_name": "  ayesha   SIDDIQUI "},
        {**AYESHA, "full_name": "عائشہ صدیقی"},
        {**AYESHA, "full_name": "عائشه صديقي", "cnic_last_four": "۴۸۲۱"},
        {**AYESHA, "cnic_last_four": "42101-1234482-1"},
    ],
)
async def test_three_right_answers_prove_who_the_caller_is(
    caller: ToolContext, answers: dict[str, str]
) -> None:
    answer = await ask(caller, "verify_identity", **answers)
    assert answer["verified"] is True
    assert caller.identity is not None
    assert (caller.identity.customer_id, caller.identity.name) == ("demo-1", "عائشہ صدیقی")


@pytest.mark.parametrize(
    "answers",
    [
        WRONG,
        {**AYESHA, "full_name": "Ayesha"},
        {**AYESHA, "full_name": ""},
        {**AYESHA, "cnic_last_four": ""},
        {**AYESHA, "date_of_birth": "1990-03-15"},
        {**AYESHA, "full_name": "Bilal Ahmed"},
        {**AYESHA, "cnic_last_four": "%"},
    ],
)
async def test_one_wrong_answer_proves_nothing_and_is_not_named(
    caller: ToolContext, answers: dict[str, str]
) -> None:
    assert await refusal(caller, "verify_identity", **answers) == "identity_not_matched"
    assert caller.identity is None


async def test_after_three_wrong_tries_even_the_right_answers_are_refused(caller: ToolContext) -> None:
    codes = [await refusal(caller, "verify_identity", **WRONG) for _ in range(3)]
    assert codes == ["identity_not_matched", "identity_not_matched", "identity_locked"]
    assert await refusal(caller, "verify_identity", **AYESHA) == "identity_locked"
    assert caller.identity is None


async def test_tries_made_at_once_are_counted_all(caller: ToolContext) -> None:
    tries = [ask(caller, "verify_identity", **{**AYESHA, "cnic_last_four": f"{n:04}"}) for n in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    codes = [each.code for each in results if isinstance(each, ToolRefused)]
    assert sorted(codes) == ["identity_locked"] * 6 + ["identity_not_matched"] * 2


async def test_tries_of_one_call_do_not_count_against_another(
    caller: ToolContext, other: ToolContext
) -> None:
    for _ in range(3):
        await refusal(caller, "verify_identity", **WRONG)
    assert (await ask(other, "verify_identity", **BILAL))["verified"] is True
    assert caller.identity is None


async def test_guessing_over_many_calls_locks_the_customer_until_the_next_seed(database: Database) -> None:
    for number in range(MAX_FAILED_CHECKS):
        await refusal(ToolContext(f"call_{number}", database), "verify_identity", **WRONG)
    assert await refusal(ToolContext("late", database), "verify_identity", **AYESHA) == "identity_not_matched"
    assert (await ask(ToolContext("b", database), "verify_identity", **BILAL))["verified"] is True
    await DemoBank(database).seed()
    assert (await ask(ToolContext("new", database), "verify_identity", **AYESHA))["verified"] is True


async def test_a_call_stays_with_the_caller_it_began_with(caller: ToolContext) -> None:
    await ask(caller, "verify_identity", **AYESHA)
    assert (await ask(caller, "verify_identity", **BILAL))["name"] == "عائشہ صدیقی"
    assert caller.identity is not None
    assert caller.identity.customer_id == "demo-1"


# -- balance and card ------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "arguments"), [("account_balances", {}), ("block_card", {})])
async def test_nothing_personal_without_a_proved_identity(
    caller: ToolContext, name: str, arguments: dict[str, str]
) -> None:
    assert await refusal(caller, name, **arguments) == "identity_needed"


async def test_each_caller_hears_the_own_balances_only(caller: ToolContext, other: ToolContext) -> None:
    await ask(caller, "verify_identity", **AYESHA)
    await ask(other, "verify_identity", **BILAL)
    hers, his = await asyncio.gather(ask(caller, "account_balances"), ask(other, "account_balances"))
    assert [each["balance_pkr"] for each in hers["accounts"]] == ["152,340.50", "1,240,000.00"]
    assert [each["balance_pkr"] for each in his["accounts"]] == ["38,975.00"]
    assert "152,340.50" in hers["message"]


def test_no_private_tool_takes_an_argument_that_names_a_customer_or_an_account() -> None:
    taken = {name: set(tool.arguments.model_fields) for name, tool in TOOLS.items() if not tool.public}
    assert taken == {
        "verify_identity": {"full_name", "cnic_last_four", "date_of_birth"},
        "account_balances": set(),
        "block_card": {"card_last_four"},
    }


async def test_a_card_is_blocked_once_and_stays_so(caller: ToolContext, other: ToolContext) -> None:
    await ask(caller, "verify_identity", **AYESHA)
    first = await ask(caller, "block_card", card_last_four="2046")
    assert first["blocked"] is True
    assert "بند کر دیا گیا" in first["message"]
    await ask(other, "verify_identity", **AYESHA)
    assert "پہلے سے بند" in (await ask(other, "block_card", card_last_four="۲۰۴۶"))["message"]


async def test_another_customers_card_cannot_be_blocked(caller: ToolContext, database: Database) -> None:
    await ask(caller, "verify_identity", **AYESHA)
    assert await refusal(caller, "block_card", card_last_four="6418") == "no_such_card"
    await DemoBank(database).block_card("demo-1", "demo-2-c")
    assert [card.blocked for card in await DemoBank(database).cards("demo-2")] == [False]


async def test_of_several_cards_the_caller_is_asked_which(caller: ToolContext, other: ToolContext) -> None:
    await ask(caller, "verify_identity", **AYESHA)
    assert await refusal(caller, "block_card") == "which_card"
    await ask(other, "verify_identity", **BILAL)
    assert (await ask(other, "block_card"))["last_four"] == "6418"


async def test_whatever_comes_from_the_bank_is_marked_demo(caller: ToolContext) -> None:
    answers = [
        await ask(caller, "verify_identity", **BILAL),
        await ask(caller, "account_balances"),
        await ask(caller, "block_card"),
    ]
    assert all(answer["demo"] is True and "نمائشی" in answer["message"] for answer in answers)


async def test_wrong_answers_at_the_same_time_all_count(database: Database) -> None:
    tries = MAX_FAILED_CHECKS
    contexts = [ToolContext(f"call_{number}", database) for number in range(tries)]
    await asyncio.gather(*(refusal(context, "verify_identity", **WRONG) for context in contexts))
    assert await refusal(ToolContext("late", database), "verify_identity", **AYESHA) == "identity_not_matched"


async def test_servers_that_start_together_seed_once(database_url: str) -> None:
    async with database_at(database_url) as one, database_at(database_url) as other:
        await asyncio.gather(*(DemoBank(each).seed() for each in (one, other, one, other)))
        assert len(await DemoBank(one).cards("demo-1")) == 2


async def test_seeding_again_keeps_what_was_done(database: Database) -> None:
    bank = DemoBank(database)
    await bank.block_card("demo-2", "demo-2-c")
    await bank.seed()
    assert [card.blocked for card in await bank.cards("demo-2")] == [True]


# -- through the runner ----------------------------------------------------------------------------


async def test_a_forged_balance_request_in_a_bridged_call_reaches_no_bank() -> None:
    sent: list[dict[str, Any]] = []
    tasks = OwnedTasks()
    runner = ToolRunner(
        tools=TOOLS,
        context=ToolContext("call_1", NO_DATABASE),
        send=lambda *events: sent.extend(events),
        response_of=lambda item_id: "r1",
        tasks=tasks,
        clock=lambda: 0.0,
        control="bridged",
        language="ur",
    )
    runner.apply([ToolReady("i", f"c_{name}", name, json.dumps(AYESHA)) for name in PRIVATE])
    await tasks.finish()
    outputs = [json.loads(event["item"]["output"]) for event in sent]
    assert [output["code"] for output in outputs] == ["controlled_only"] * len(PRIVATE)
