"""Markdown as it is said aloud: no marks, no headings, one sentence at a time."""

import re

MAX_SENTENCE = 220
"""Characters; longer ones are spoken in pieces, so that the first is heard soon."""
# Every expression below is linear in the text: no two neighbours repeat the same character, possessive
# repeats give nothing back, and what is searched behind an opening mark has an end.
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+.*$", re.MULTILINE)
LIST_MARK = re.compile(r"^[ \t]*+(?:[-*+•]|[0-9۰-۹]{1,2}[.)])\s++", re.MULTILINE)
LINK = re.compile(r"!?\[([^\[\]]{0,200}+)\]\([^()]{0,500}+\)")
EMPHASIS = re.compile(r"(\*\*|__|\*|`{1,3}|~~)(?=\S)(.{1,200}?)(?<=\S)\1")
RULE_OR_FENCE = re.compile(r"^[ \t]*+(?:[-*_]{3,}+|```.*|(?=[^|\n]*+\|)[ \t:|-]++)$", re.MULTILINE)
QUOTE_MARK = re.compile(r"^[ \t]*+>[ \t]?", re.MULTILINE)
SENTENCE_END = re.compile(r"(?<=[۔؟!?])\s+|(?<=[^\d\s]\.)\s+(?=\S)|(?<=\d\.)\s+(?=[^\W\d])|\n+")
LONG_WORD = re.compile(rf"[^ ]{{1,{2 * MAX_SENTENCE}}}")
CLAUSE_END = re.compile(r"(?<=[،,;؛:])\s+")


def sentences(markdown: str) -> list[str]:
    """Return the sentences of a text, plain, in order."""
    found = (re.sub(r"\s+", " ", part).strip() for part in SENTENCE_END.split(plain(markdown)))
    return [piece for sentence in found if sentence for piece in _pieces(sentence)]


def plain(markdown: str) -> str:
    """Return the words without Markdown; headings go."""
    text = HEADING.sub("", markdown)
    text = RULE_OR_FENCE.sub("", text)
    text = LIST_MARK.sub("", text)
    text = LINK.sub(r"\1", text)
    text = EMPHASIS.sub(r"\2", text)
    return QUOTE_MARK.sub("", text).replace("|", " ").strip()


def _pieces(sentence: str) -> list[str]:
    pieces = [""]
    for clause in CLAUSE_END.split(sentence) if len(sentence) > MAX_SENTENCE else [sentence]:
        if pieces[-1] and len(pieces[-1]) + len(clause) > MAX_SENTENCE:
            pieces.append("")
        pieces[-1] = f"{pieces[-1]} {clause}".strip()
    return [part for piece in pieces for part in _cut(piece)]


def _cut(piece: str) -> list[str]:
    """Cut at words, where a text has no clauses, and within words that are longer than any."""
    parts = [""]
    for word in LONG_WORD.findall(piece):
        if parts[-1] and len(parts[-1]) + len(word) > 2 * MAX_SENTENCE:
            parts.append("")
        parts[-1] = f"{parts[-1]} {word}".strip()
    return parts
