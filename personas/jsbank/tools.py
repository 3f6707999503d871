"""What the demo agent of the bank can do. Everything personal comes from a bank that does not exist."""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from agents.tools import Identity, ToolContext, ToolRefused, tool
from store.database import Database

from .bank import DemoBank, DemoCard

GUIDE = Path(__file__).with_name("guide.md").read_text("utf-8-sig")
DEMO = "یہ نمائشی ڈیٹا ہے۔"
MAX_IDENTITY_ATTEMPTS = 3
"""Of one call."""
ATTEMPTS = "identity_attempts"

KINDS = {"current": "کرنٹ اکاؤنٹ", "savings": "بچت اکاؤنٹ", "debit": "ڈیبٹ کارڈ", "credit": "کریڈٹ کارڈ"}
IBAN_LENGTHS = {"PK": 24}
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
PURPOSE = Literal["عام فرد", "کاروبار", "بیرون ملک پاکستانی", "نابالغ", "قرض", "کریڈٹ کارڈ", "موبائل بینکنگ"]
PURPOSES = {
    "قرض": "قرض یا کریڈٹ کارڈ کے لیے",
    "کریڈٹ کارڈ": "قرض یا کریڈٹ کارڈ کے لیے",
    "موبائل بینکنگ": "پہلی بار اندراج کے لیے",
}
"""How the guide's sentence begins where it does not begin with the purpose itself."""


async def prepare(database: Database) -> None:
    """Make the demo bank, where this persona is offered."""
    await DemoBank(database).seed()


# -- for every caller ------------------------------------------------------------------------------


@tool(public=True)
async def check_iban(iban: str) -> dict[str, Any]:
    """Check whether an IBAN (آئی بی اے این) is written correctly, by its length and check digits.

    It does not tell whether the account exists or whose it is.

    :param iban: the IBAN as the caller said it, such as PK36SCBL0000001123456702
    """
    plain = re.sub(r"[\W_]", "", _latin_digits(iban)).upper()
    if problem := _iban_problem(plain):
        return {"valid": False, "message": problem}
    message = (
        "یہ آئی بی اے این درست لکھا ہوا ہے۔ کھاتہ کس کا ہے، یہ رقم بھیجنے سے پہلے نام سے ضرور دیکھ لیجیے۔"
    )
    return {"valid": True, "country": plain[:2], "message": message}


@tool(public=True)
async def documents_needed(purpose: PURPOSE) -> dict[str, Any]:
    """Look up which documents (کاغذات) the caller needs to open an account or apply for a service.

    :param purpose: whose account it is, or which service
    """
    beginning = PURPOSES.get(purpose, f"{purpose} کے لیے")
    sentences = (each.strip() for line in GUIDE.splitlines() for each in line.split("۔"))
    found = next((each for each in sentences if each.startswith(beginning)), None)
    if found is None:
        raise ToolRefused("not_in_guide", "یہ معلومات کتابچے میں نہیں؛ براہِ کرم قریبی شاخ سے پوچھ لیجیے۔")
    return {"purpose": purpose, "message": f"{found}۔"}


# -- for callers the server has checked, in controlled calls ---------------------------------------


@tool()
async def verify_identity(
    context: ToolContext, full_name: str, cnic_last_four: str, date_of_birth: date
) -> dict[str, Any]:
    """Check who the caller is, before anything personal. Ask the caller for all three answers first.

    :param full_name: the caller's full name
    :param cnic_last_four: the last four digits of the caller's identity card (شناختی کارڈ)
    :param date_of_birth: the caller's date of birth, as YYYY-MM-DD
    """
    if context.identity:
        return _welcome(context.identity)
    # Counted before the bank is asked, or several calls of one response could guess at once.
    context.state[ATTEMPTS] = context.state.get(ATTEMPTS, 0) + 1
    left = MAX_IDENTITY_ATTEMPTS - context.state[ATTEMPTS]
    if left < 0:
        raise _locked()
    digits = re.sub(r"\D", "", _latin_digits(cnic_last_four))
    known = await DemoBank(context.database).identify(full_name, digits[-4:], date_of_birth)
    if known is None and left == 0:
        raise _locked()
    if known is None:
        raise ToolRefused("identity_not_matched", "یہ معلومات ہمارے ریکارڈ سے نہیں ملیں۔ دوبارہ کوشش کیجیے۔")
    context.identity = Identity(known.id, known.name)
    return _welcome(context.identity)


@tool()
async def account_balances(context: ToolContext) -> dict[str, Any]:
    """Tell the balance (بیلنس) of the caller's own accounts. Needs the caller's identity checked."""
    accounts = await DemoBank(context.database).accounts(_identity(context).customer_id)
    told = [
        f"{KINDS[account.kind]}، آخری ہندسے {account.last_four}، بیلنس {_rupees(account.balance_paisa)} روپے"
        for account in accounts
    ]
    listed = [
        {"kind": a.kind, "last_four": a.last_four, "balance_pkr": _rupees(a.balance_paisa)} for a in accounts
    ]
    return {"demo": True, "accounts": listed, "message": f"{'؛ '.join(told)}۔ {DEMO}"}


@tool()
async def block_card(context: ToolContext, card_last_four: str | None = None) -> dict[str, Any]:
    """Block one of the caller's own cards, lost or stolen. Needs the caller's identity checked.

    :param card_last_four: the last four digits of the card; not needed when the caller has one card only
    """
    customer_id = _identity(context).customer_id
    bank = DemoBank(context.database)
    card = _chosen(await bank.cards(customer_id), card_last_four)
    if not card.blocked:
        await bank.block_card(customer_id, card.id)
    done = "پہلے سے بند ہے" if card.blocked else "بند کر دیا گیا ہے"
    message = f"آپ کا {_card(card)} {done}۔ {DEMO}"
    return {"demo": True, "blocked": True, "kind": card.kind, "last_four": card.last_four, "message": message}


# -- their parts -----------------------------------------------------------------------------------


def _identity(context: ToolContext) -> Identity:
    if context.identity is None:
        raise ToolRefused("identity_needed", "اس سے پہلے آپ کی شناخت کی تصدیق ضروری ہے۔")
    return context.identity


def _welcome(identity: Identity) -> dict[str, Any]:
    message = f"شکریہ {identity.name}، آپ کی شناخت کی تصدیق ہو گئی۔ {DEMO}"
    return {"demo": True, "verified": True, "name": identity.name, "message": message}


def _locked() -> ToolRefused:
    sentence = (
        "معذرت، اس کال میں شناخت کی تصدیق نہیں ہو سکی۔ براہِ کرم قریبی شاخ یا سرکاری ہیلپ لائن سے رابطہ کیجیے۔"
    )
    return ToolRefused("identity_locked", sentence)


def _chosen(cards: list[DemoCard], last_four: str | None) -> DemoCard:
    """Return the card that is meant, of the caller's own."""
    digits = re.sub(r"\D", "", _latin_digits(last_four or ""))[-4:]
    meant = [card for card in cards if card.last_four == digits] if digits else cards
    if len(meant) == 1:
        return meant[0]
    own = "؛ ".join(map(_card, cards))
    if not meant:
        raise ToolRefused("no_such_card", f"اس نمبر کا کوئی کارڈ آپ کے نام پر نہیں۔ آپ کے کارڈ: {own}۔")
    raise ToolRefused("which_card", f"کون سا کارڈ بند کرنا ہے؟ {own}۔")


def _card(card: DemoCard) -> str:
    return f"{KINDS[card.kind]} جس کے آخری ہندسے {card.last_four} ہیں"


def _rupees(paisa: int) -> str:
    return f"{Decimal(paisa) / 100:,.2f}"


def _iban_problem(iban: str) -> str | None:
    """Return why this is no IBAN; None if nothing speaks against it."""
    length = IBAN_LENGTHS.get(iban[:2])
    if length and len(iban) != length:
        return f"پاکستانی آئی بی اے این میں {length} حروف اور ہندسے ہوتے ہیں، اس میں {len(iban)} ہیں۔"
    if not IBAN.fullmatch(iban):
        return (
            "یہ آئی بی اے این کی شکل نہیں: شروع میں ملک کے دو حرف، پھر دو ہندسے، پھر کھاتے کا نمبر ہوتا ہے۔"
        )
    rearranged = iban[4:] + iban[:4]
    if int("".join(str(int(c, 36)) for c in rearranged)) % 97 != 1:
        return "اس آئی بی اے این میں کوئی حرف یا ہندسہ غلط ہے؛ براہِ کرم دوبارہ دیکھ کر بتائیے۔"
    return None


def _latin_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
