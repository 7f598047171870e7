r"""Patterns are ECMA-262 (JSON Schema, 6.4): held against a JavaScript engine, and what ECMA-262 does not have is refused."""

from __future__ import annotations

import random

import pytest
import quickjs

from accord.jsonschema.regex.ecma import fault, matches, translated
from accord.jsonschema.regex.sampler import samples
from tests.codegen.support.service import body

SCRIPT = quickjs.Context()
SCRIPT.eval("const known = {}; function found(p, t) { return (known[p] ??= new RegExp(p, 'u')).test(t) }")
found = SCRIPT.get("found")

TEXTS = [
    *("", "a", "b", "ab", "aab", "aa", "é", "éa", "aé", "\r", "\n", "\u2028", "\u2029", "x\ny", "a\n", " ", "\t", "\ufeff"),
    *("\0", "\x08", "-", "[", "]", "{", "}", "{,3}", "&", "~", "^", "$", "|", "A", "_", "5", "٣", "😀", "a b", "a-b", "a.b"),
    *("1a", "K", "\u017f", "\v", "\x85", "a]", "(", "abab", "<", "\u00a0", "\u180e", "\u03b1", "Ж", "\U0010ffff"),
]


def is_javascript(pattern: str) -> bool:
    try:
        found(pattern, "")
    except quickjs.JSException:
        return False
    return True


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^.$", r"^é\b", r"^é\B", r"\Ba", r"^[^]$", r"[]", r"^[\b]$", r"^\0$", r"^(?<n>a|b)\k<n>$", r"^(a)\1$", r"^\cJ$"),
        *(r"^\d$", r"^\D$", r"^\w$", r"^\W$", r"^\s$", r"^\S$", r"^[\d-]$", r"^[\W]$", r"^[^\S]$", r"^[\w\-.]+$", r"^a$"),
        *(r"^\p{L}+$", r"^\P{L}$", r"^\p{L}\b", r"^[\p{L}\d]+\b$", r"^\p{Script=Greek}$", r"^\p{Lu}(?=\d|$)", r"^[^\p{L}\s]$"),
        *(r"^\ud83d\ude00$", r"^[\ud83d\ude00]$", r"^\u{1F600}$", r"^\x5B$", r"^[a&&b]$", r"^[~~]$", r"^[!--]$", r"^[[]$"),
        *(
            r"a{2}",
            r"a{1,}b",
            r"^(?:ab){2}$",
            r"(?<!a)b",
            r"(?<=a)b",
            r"a(?!b)",
            r"^a*?b",
            r"^[$]$",
            r"^\/\$\.$|^$",
            r"#|\-"[:1],
        ),
    ],
)
def test_a_pattern_is_read_as_a_javascript_engine_reads_it(pattern):
    assert fault(pattern) is None
    assert [text for text in TEXTS if matches(pattern, text)] == [text for text in TEXTS if found(pattern, text)]


ATOMS = [
    *(
        "a",
        "b",
        "é",
        ".",
        r"\b",
        r"\B",
        r"\d",
        r"\D",
        r"\w",
        r"\W",
        r"\s",
        r"\S",
        "[ab]",
        "[^a]",
        "[]",
        "[^]",
        r"[\b]",
        r"[\w-]",
    ),
    *(
        r"[\d\-x]",
        "[a-z]",
        r"[^\W]",
        r"[\s\S]",
        r"\0",
        r"\x41",
        r"\u{1F600}",
        r"[\ud83d\ude00]",
        r"\cJ",
        r"\t",
        r"\p{L}",
        r"\P{L}",
    ),
    *(
        r"[\p{L}\d]",
        r"[^\p{Lu}]",
        r"\p{Script=Greek}",
        r"\/",
        "[.]",
        "[&&]",
        "[a&&b]",
        "[~~]",
        "[!--]",
        "[a[b]",
        r"[\]]",
        r"\k<n>",
    ),
    *(r"\1", "^", "$", "-", "&", "~", " ", "#", "_", "[$]", r"[^\d\s]"),
]
QUANTIFIERS = ["", "", "", "*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"]
GROUPS = ["(", "(?:", "(?=", "(?!", "(?<n>"]


def _random(source: random.Random, depth: int = 0) -> str:
    written = ""
    for _ in range(source.randint(1, 3)):
        if depth < 2 and source.random() < 0.25:
            written += source.choice(GROUPS) + _random(source, depth + 1) + ")" + source.choice(QUANTIFIERS)
        elif source.random() < 0.1:
            written += _random(source, depth + 1) + "|"
        else:
            written += source.choice(ATOMS) + source.choice(QUANTIFIERS)
    return written


def test_random_patterns_are_read_as_a_javascript_engine_reads_them():
    source, read, refused, different = random.Random(14), 0, [], []  # noqa: S311 - repeatable on purpose
    for number in range(1500):
        pattern = _random(source) if number % 2 else f"^{_random(source)}$"
        why = fault(pattern)
        if why is not None:
            refused += (
                [pattern]
                if is_javascript(pattern) and "may not have matched" not in why and "there is no group" not in why
                else []
            )
            continue
        read += 1
        different += [(pattern, text) for text in TEXTS if matches(pattern, text) is not found(pattern, text)]

    assert different == []
    assert refused == []
    assert read > 500


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"^\_\-\@\ $", "_-@ "), ("^a{$", "a{"), ("^{,3}$", "{,3}"), ("^]}$", "]}"), (r"^[\w-.]$", "-"), (r"^[a-\d]$", "-")],
)
def test_marks_without_another_meaning_are_literal(pattern, text):
    """ECMA-262, Annex B: what a browser reads without the flag `u`."""
    assert matches(pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        *("[a-z&&[^b]]", "[[:alpha:]]", "[a--[b]]", "a++", "a*+", "a?+", "a**", "a{2}{3}", "*a", "a|*", "^*", r"\b+", "(?=a)*"),
        *(
            r"\A",
            r"\z",
            r"\Z",
            r"\h",
            r"\R",
            r"\Qa\E",
            r"\e",
            r"\a",
            r"[\a]",
            "(?i)abc",
            "(?P<n>a)",
            "(?>a)",
            "(?#c)",
            "(?x: a)",
        ),
        *(
            r"\p{Greek}",
            r"\pL",
            r"\p{foo}",
            r"\p{x=L}",
            r"\8",
            r"\01",
            r"\x4",
            r"\u12",
            r"\u{110000}",
            r"\ud800",
            r"\ude00\ud83d",
        ),
        *(
            "(",
            ")",
            "[",
            "[b-a]",
            "a{3,1}",
            "\\",
            r"\c",
            r"\k<n>",
            r"\k<n>(?<n>a)",
            "(?<n>a)(?<n>b)",
            r"(a)?\1",
            r"(a)|\1",
            r"(a\1)",
        ),
    ],
)
def test_what_ecmascript_lacks_or_the_validator_does_not_support_is_rejected(pattern):
    assert fault(pattern) is not None
    assert not matches(pattern, pattern)


@pytest.mark.parametrize(
    "pattern", ["^[a-zA-Z0-9_]+$", r"^[^\u0000-\u001f]*$", r"^acr_[0-9a-f]{72}$", r"^(a|b)\.[^@]+(?:c{2,})?$"]
)
def test_a_pattern_that_means_the_same_is_left_as_it_is_written(pattern):
    assert translated(pattern) == pattern


class TestABody:
    CLIENT = body(
        r"{type: object, properties: {dot: {type: string, pattern: '^.$'}, const: {const: {pattern: 'a.b'}}},"
        r" patternProperties: {'^x.\b': {type: integer, maximum: 5}}, propertyNames: {pattern: '^.*$'},"
        " additionalProperties: false}"
    )

    @pytest.mark.parametrize("value", [{"dot": "é"}, {"const": {"pattern": "a.b"}}, {"xa": 5}, {"x\u00e9a": 5}])
    def test_is_validated_by_the_meaning_of_the_pattern(self, value):
        assert self.CLIENT.post("/p", json=value).status_code == 200

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ({"dot": "\r"}, ("/dot", "pattern", "must match the pattern ^.$")),
            ({"dot": "\u2028"}, ("/dot", "pattern", "must match the pattern ^.$")),
            ({"xa": 6}, ("/xa", "maximum", "must be at most 5")),
            ({"xy z": 6}, ("/xy z", "maximum", "must be at most 5")),
            ({"x": 1}, ("/x", "additionalProperties", "is not a known property")),
        ],
    )
    def test_is_reported_with_the_pattern_as_written(self, value, told):
        (error,) = self.CLIENT.post("/p", json=value).json()["errors"]

        assert (error["pointer"], error["code"], error["message"]) == told


@pytest.mark.parametrize(
    "pattern", [r"^[a-\d]{3}$", r"^\ud83d\ude00{2}$", r"^[\ud83d\ude00a]{4}$", r"^\0[^]$", r"^(a|bc){2}\1?$"]
)
def test_samples_match_their_pattern_also_where_dialects_differ(pattern):
    found = list(samples(pattern, 0, 20, 20))

    assert found
    assert any(matches(pattern, text) for text in found)
