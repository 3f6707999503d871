"""A guide's sentences as they are said to the caller, where the guide speaks of "the caller" to the agent."""

import re

TO_THE_AGENT = re.compile(
    r"^(?:source|sources|note|ماخذ|نوٹ)\s*:"
    r"|^(?:please\s+)?(?:never|don't|do not|say|tell|ask|offer|send|thank|let|repeat|explain|listen|remind|"
    r"refer|apologi[sz]e|direct|transfer|escalate|give|make sure|find out|sum up|promise|quote|mention)\b"
    r"(?=.*\b(?:callers?|them|they|member|customers?|promise|quote|guess|invent|yourself|never|not|so)\b)"
    r"|\bthe agent\b|\bif the caller\b|\bwhen the caller\b",
    re.IGNORECASE,
)
"""A sentence that tells the agent what to do."""
VERBS = {"is": "are", "was": "were", "has": "have", "does": "do", "isn't": "aren't", "doesn't": "don't"}
UNCHANGED = frozenset(
    [
        "can",
        "cannot",
        "could",
        "may",
        "might",
        "must",
        "shall",
        "should",
        "will",
        "would",
        "who",
        "whose",
        "with",
        "in",
        "at",
        "on",
        "to",
        "of",
    ]
)
CALLER_AND_VERB = re.compile(r"\b(?:the|a) caller(?!')\s+([a-z']+)", re.IGNORECASE)
CALLER = re.compile(r"\b(?:the|a) caller(?!')", re.IGNORECASE)
CALLERS = re.compile(r"\b(?:the|a) caller's|\bcallers'", re.IGNORECASE)


def said_to_caller(sentences: list[str]) -> list[str]:
    """Return the sentences without those that tell the agent what to do, "the caller" turned to "you"."""
    return [_turned(sentence) for sentence in sentences if not TO_THE_AGENT.search(sentence)]


def _turned(sentence: str) -> str:
    turned = CALLERS.sub("your", sentence)
    turned = CALLER_AND_VERB.sub(lambda found: f"you {_second_person(found[1])}", turned)
    turned = CALLER.sub("you", turned)
    return turned[:1].upper() + turned[1:] if turned != sentence else sentence


def _second_person(verb: str) -> str:
    if verb in VERBS:
        return VERBS[verb]
    if verb in UNCHANGED or not verb.endswith("s") or verb.endswith("ss"):
        return verb
    if verb.endswith(("shes", "ches", "sses", "xes", "zes", "oes")):
        return verb[:-2]
    return f"{verb[:-3]}y" if verb.endswith("ies") else verb[:-1]
