"""Cells of a CSV file that somebody opens in a spreadsheet."""

from incident2eval.report.wording import plain


def cell(value: object) -> str:
    """A cell that no spreadsheet works out: none begins with a sign, or with what one may pass over.

    What could be taken for a formula begins with an apostrophe, which a spreadsheet does not show.
    """
    text = "" if value is None else plain(str(value))
    return text if text[:1].isalnum() or text[:1] in {"", "("} else f"'{text}"
