"""Columns of digits: numbers without their leading zeros, and numbers that rise from line to line.

A column holds one character of each line (`layout_columns`). Here all lines are taken as one large number, so that one operation
does the same in every line: with some thousand lines that is many times faster than one line after another.
"""

from __future__ import annotations

from inkasso_formats.layout_columns import Characters, without_filling

_BIT = ord("0") ^ ord(" ")  # what tells a zero from a blank
_BIT_OF_ZERO = bytes(_BIT if character == ord("0") else 0 for character in range(256))


def numerals(columns: Characters) -> Characters:
    """Columns of digits with a blank in the place of each leading zero, without those that would be blank in every line.

    The last digit of a line stays, also if it is a zero.
    """
    shown = without_filling(columns, b"0")
    count = len(shown[0])
    leading = int.from_bytes(bytes([_BIT]) * count)  # the bit is set where nothing but zeros has come so far
    for place, column in enumerate(shown[:-1]):
        leading &= int.from_bytes(column.translate(_BIT_OF_ZERO))
        if not leading:
            break
        shown[place] = (int.from_bytes(column) ^ leading).to_bytes(count)
    return shown


def rise(columns: Characters) -> bool:
    """Whether the number of each line is more than that of the line before."""
    varying = [column for column in columns if column != column[:1] * len(column)]
    if not varying:
        return len(columns[0]) == 1  # a single line, or all the same
    # Before its digits each line has a byte of zero. In the sum `most + later - earlier` that byte is 1 exactly where
    # the later line is more than the earlier: `most` is what the bytes of the digits hold at the highest.
    count, width = len(columns[0]) - 1, len(varying) + 1
    lines = bytearray(width * (count + 1))
    for place, column in enumerate(varying, 1):
        lines[place::width] = column
    earlier, later = int.from_bytes(lines[:-width]), int.from_bytes(lines[width:])
    most = int.from_bytes((b"\0" + b"\xff" * (width - 1)) * count)
    total = (most + later - earlier).to_bytes(width * count)
    return total[::width] == b"\1" * count
