"""Everything that the writer writes, read back: a message as a value, which `render` makes the same message of."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from inkasso_formats.payments.camt_entry import type_of
from inkasso_formats.payments.camt_head import MOST, examine
from inkasso_formats.payments.camt_model import Detail, Entry, Notification, Structured
from inkasso_formats.payments.camt_paths import LEVELS, tree
from inkasso_formats.payments.camt_payment import BANKGIRO, payer_account
from inkasso_formats.payments.camt_reader import Reader
from inkasso_formats.payments.camt_values import day, minor_units
from inkasso_formats.payments.camt_xml import SAFE, Element, Values
from inkasso_formats.payments.camt_xml import read as read_values

from lxml import etree
