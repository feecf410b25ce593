import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inkassod.settings import Settings, SettingsError, load
from inkassod.settings.outline import table_at

PLACES = [
    ("daemon",),
    ("creditors", "a"),
    ("agreements", "a"),
    ("agreements", "a", "process"),
    ("agreements", "a", "schedule"),
    ("agreements", "a", "transport", "sftp"),
    ("agreements", "a", "transport", "folder"),
]
KEYS = sorted({key for place in PLACES for key in table_at(place).model_fields})
NAMES = st.sampled_from(["daemon", "creditors", "agreements", "a", "b", "A b", "password", *KEYS])
TEXTS = st.one_of(
    st.sampled_from(
        ["", "a", "sftp", "folder", "06:00", "at-once", "NO", "99991234566", "./x", "x/y", "out", "1.00"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=5),
)
VALUES = st.recursive(
    st.one_of(
        st.booleans(), st.integers(-9, 10**12), st.floats(allow_nan=False, allow_infinity=False), TEXTS
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=8),
    max_leaves=40,
)
TABLE = st.dictionaries(NAMES, VALUES, max_size=12)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "daemon": TABLE | VALUES,
        "creditors": st.dictionaries(NAMES, TABLE | VALUES, max_size=3) | VALUES,
        "agreements": st.dictionaries(NAMES, TABLE | VALUES, max_size=3) | VALUES,
        "other": VALUES,
    },
)


def toml(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=not isinstance(value, str) or not value.isprintable())


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(document=DOCUMENTS)
def test_any_document_is_read_or_refused_in_sentences(tmp_path, document):
    """Whatever stands in the file: settings come out, or sentences that name a key; never another error."""
    path = tmp_path / "a.toml"
    path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in document.items()), "utf-8")
    try:
        problems = None if isinstance(load(path), Settings) else ("no settings",)
    except SettingsError as error:
        problems = error.problems
    assert problems != ()
    assert all(": " in problem and len(problem.splitlines()) == 1 for problem in problems or ())
