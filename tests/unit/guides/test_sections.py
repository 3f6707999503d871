from guides.sections import Passage, sections, without_search_phrases

GUIDE = """
Be kind.

# Opening hours #
We open at nine.
> Never promise a free seat.
> Callers say: when do you open, کب کھلتا ہے، closing time.

## Empty
"""


def test_sections_stand_under_headings_of_any_level_and_have_text() -> None:
    assert [section.heading for section in sections(GUIDE)] == ["", "Opening hours"]


def test_a_note_is_for_the_agent_and_not_for_callers() -> None:
    section = sections(GUIDE)[1]
    assert [passage.text for passage in section.passages] == ["We open at nine."]
    assert section.for_agent() == "# Opening hours\nWe open at nine.\n> Never promise a free seat."


def test_what_callers_say_is_split_at_commas_of_both_scripts() -> None:
    (passage,) = sections(GUIDE)[1].passages
    assert list(passage.search_phrases) == ["when do you open", "کب کھلتا ہے", "closing time"]


def test_what_callers_say_is_left_out_of_what_an_agent_is_told() -> None:
    told = without_search_phrases(GUIDE)
    assert "when do you open" not in told
    assert "Never promise" in told


def test_the_urdu_name_of_the_note_is_known_too() -> None:
    (section,) = sections("# اوقات\nنو بجے۔\n\n> صارف کہتے ہیں: کب کھلتا ہے۔")
    assert section.passages == [Passage("نو بجے۔", ("کب کھلتا ہے",))]


def test_what_callers_say_belongs_to_the_paragraph_before_it() -> None:
    (section,) = sections("# A\nOne.\n> Callers say: first.\n\nTwo.\n\n> Callers say: second.\n\n> A note.")
    assert section.passages == [Passage("One.", ("first",)), Passage("Two.", ("second",))]


def test_an_agent_reads_the_passage_that_answers_first() -> None:
    (section,) = sections("# A\nOne.\n\nTwo.\n\n> A note.")
    assert section.for_agent(section.passages[1]) == "# A\nTwo.\n\nOne.\n\n> A note."


def test_a_long_section_is_cut_between_its_paragraphs() -> None:
    paragraphs = [f"{n} " + "word " * 150 for n in range(4)]
    pieces = sections("# Long\n" + "\n\n".join(paragraphs), 1500)
    assert len(pieces) == 4
    assert all(piece.heading == "Long" and len(piece.text) < 1500 for piece in pieces)
