"""The table to read first: for each kind of inbound file how it is parsed, what is loaded, and what is decided.

A row's `parse` turns the bytes into batches of records (or raises FormatError: the whole file is refused), `decide` loads
what the decision needs and calls the functional core, `write` puts the decision into the ledger, and `end` does what is
better done for all records at once. `inkassod.inbound` does the rest, the same way for every kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from inkassod import agency_files, feed_files, payment_files
from inkassod.core import lifecycle
from inkassod.reading import Kind

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "feed",
            "erp",
            feed_files.parse_feed,
            feed_files.decide_feed,
            feed_files.write_feed,
            feed_files.end_feed,
        ),
        Kind(
            "payments",
            "bank",
            payment_files.parse_payments,
            payment_files.decide_payments,
            payment_files.write_payments,
            payment_files.end_payments,
            again=False,
        ),
        Kind(
            "receipts",
            "agency",
            agency_files.parse_agency,
            agency_files.decide_answers(lifecycle.receive),
            agency_files.write_cases,
        ),
        Kind(
            "updates",
            "agency",
            agency_files.parse_agency,
            agency_files.decide_answers(lifecycle.update),
            agency_files.write_cases,
        ),
        Kind(
            "closures",
            "agency",
            agency_files.parse_agency,
            agency_files.decide_answers(lifecycle.close),
            agency_files.write_cases,
        ),
    )
}
