"""Lines and tables as text."""

from incident2eval.pipeline.shown.layout import table, wrapped


def test_cells_stand_under_their_headings() -> None:
    lines = table(["case", "outcome"], [["a", "passed"], ["b", "failed"]]).splitlines()

    assert lines[0].split() == ["case", "outcome"]
    assert lines[2].split() == ["a", "passed"]
    assert lines[3].index("failed") == lines[0].index("outcome")


def test_long_cells_wrap_inside_80_columns() -> None:
    lines = table(["what", "why"], [["x", "word " * 60]]).splitlines()

    assert max(map(len, lines)) <= 80


def test_a_cell_is_text_whatever_it_holds() -> None:
    printed = table(["title"], [["[red]not markup[/red] \x1b[2J"]])

    assert "[red]not markup[/red] \\x1b[2J" in printed


def test_a_token_is_masked_where_what_tells_it_stands_on_the_line_above() -> None:
    token = "UwA8MrvTllcwpGeUXQYHXeYKcPzJ6r5Adt6MzCK7"

    shown = wrapped(
        [f"  next in line: save_note [s7]: 'Date of birth 13/02/1950. Authorization: Bearer {token}'"]
    )

    assert token not in shown
    assert "Uw**" in shown
    assert token not in table(("step", "said"), [("save_note", f"Authorization: Bearer {token}")])
