"""A line of a file under a ruler of its positions, with places of it marked: whole, or in pieces that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_DECADE = 10
_NARROWEST = 20  # of a piece, however narrow the terminal is

Mark = Sequence[int]  # first and last character, from 1


def ruler(first: int, last: int) -> tuple[str, str]:
    """Two lines over the positions from first to last: the tens, each ending at its position, and the last digits."""
    tens = "".join(f"{number:>{_DECADE}}" for number in range(_DECADE, last + _DECADE, _DECADE))
    digits = "1234567890" * (last // _DECADE + 1)
    return tens[first - 1 : last], digits[first - 1 : last]


def ruled(
    text: str, marks: Sequence[Mark] = (), *, width: int | None = None, with_ruler: bool = True
) -> Iterator[str]:
    """The ruler, the text and under it a `^` for each marked character; with a width in pieces of whole tens, one below the other.

    A mark behind the end of the text is shown there too. Without a mark there is no line for it.
    """
    length = max([len(text), *(last for _, last in marks)])
    marked = _marked(marks, length)
    for first, last in pieces(length, width):
        if with_ruler:
            yield from (line.rstrip() for line in ruler(first, last))
        yield text[first - 1 : last].rstrip()
        if "^" in marked[first - 1 : last]:
            yield marked[first - 1 : last].rstrip()


def pieces(length: int, width: int | None) -> list[tuple[int, int]]:
    """First and last position of each piece of a line; there is one at least."""
    if width is None or length <= width:
        return [(1, length)]
    step = max(width // _DECADE * _DECADE, _NARROWEST)
    return [(start, min(start + step - 1, length)) for start in range(1, length + 1, step)]


def _marked(marks: Sequence[Mark], length: int) -> str:
    characters = [" "] * length
    for first, last in marks:
        characters[first - 1 : last] = "^" * (last - first + 1)
    return "".join(characters)
