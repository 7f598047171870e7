"""Rules: regular expressions mean the same in every engine and run in bounded time."""

import re

import pytest

from accord.jsonschema.regex.portable import fault
from accord.jsonschema.regex.safety import exponential


class TestTheSubset:
    @pytest.mark.parametrize(
        ("pattern", "what"),
        [
            ("[a-z]+", "is not anchored, so it finds its text anywhere: write `^...$`"),
            ("^[a-z]+", "is not anchored, so it finds its text anywhere: write `^...$`"),
            (r"^a\$", "is not anchored, so it finds its text anywhere: write `^...$`"),
            ("^a|b$", "is anchored only in parts, `^` binds to the first alternative: write `^(...|...)$`"),
            ("^a$b$", "has a `$` inside: keep one at each end, or write `\\$`"),
            (r"^\d$", r"has `\d`, which is ASCII for some engines only: write `[0-9]`"),
            (r"^[\w]$", r"has `\w`, which is ASCII for some engines only: write `[A-Za-z0-9_]`"),
            (r"^\s$", r"has `\s`, which is ASCII for some engines only: write `[ \t]`"),
            (r"^\ba$", r"has `\b`, which engines read differently: write the characters themselves"),
            (r"^(a)\1$", r"has `\1`, which engines read differently: write the characters themselves"),
            (r"^\cA$", r"has `\c`, which engines read differently: write the characters themselves"),
            (r"^\p{L}$", r"has `\p`, which engines read differently: write the characters themselves"),
            (r"^\x41$", r"has `\x`, which engines read differently: write the characters themselves"),
            (r"^\u{41}$", r"has a `\u` without four digits: write as in `\u0000`"),
            ("^(?=a)b$", "has `(?=a`, which linear-time engines lack or spell differently: write it with `(...)` alone"),
            ("^(?<!a)b$", "has `(?<!`, which linear-time engines lack or spell differently: write it with `(...)` alone"),
            ("^(?P<n>a)$", "cannot be read, `(?P<` is not ECMA-262: correct it"),
            ("^(?i)a$", "cannot be read, `(?i)` is not ECMA-262: correct it"),
            ("^.$", "has a `.`, whose newlines differ between engines: list the characters, as in `[^\\u0000]`"),
            ("^a++$", "cannot be read, `+` repeats a repetition: correct it"),
            ("^[[:alpha:]]$", "cannot be read, a class within a class is not ECMA-262: write `\\[` if the bracket is meant"),
            ("^[a[b]$", "has a bare `[` in a class, a set operation to some engines: write `\\[`"),
            ("^[a&&b]$", "has a bare `&` in a class, a set operation to some engines: write `\\&`"),
            ("^[z-a]$", "cannot be read, the range z-a runs backwards: correct it"),
            ("^a{,3}$", "has a `{` that counts nothing: write `\\{`"),
            ("^[]$", "has an empty class: list its characters"),
            ("^a)$", "cannot be read, a `)` is not opened: correct it"),
            ("^(a$", "cannot be read, a `(` is not closed: correct it"),
            ("^[a$", "cannot be read, a `[` is not closed: correct it"),
        ],
    )
    def test_what_engines_read_differently_is_rejected(self, pattern, what):
        assert fault(pattern) == what

    @pytest.mark.parametrize(
        "pattern",
        [
            "^$",
            "^[^\\u0000]*$",
            "^(a|b)?c{2,3}$",
            r"^\.\-\/\\$",
            "^(?:a)$",
            "^[a-z-]+$",
            r"^[\]\^]$",
            "^a{3,}?$",
            r"^\t\n$",
            "^é$",
        ],
    )
    def test_what_all_engines_read_alike_is_allowed(self, pattern):
        assert fault(pattern) is None
        assert re.compile(pattern)

    def test_a_finding_names_the_place(self, broken):
        document = broken("'^[a-z]+$', examples", "'^[a-z]+', examples")

        assert document.findings == [
            document.at("Name: ", "Name.pattern is not anchored, so it finds its text anywhere: write `^...$`"),
        ]

    def test_the_names_of_properties_are_read_too(self, broken):
        members = "role: {type: object, additionalProperties: false, patternProperties: {'^.$': {type: boolean}}}"

        document = broken("role: {type: string, enum: [user, admin], default: user}", members)

        what = "UserCreate.role.patternProperties.^.$ has a `.`, whose newlines differ between engines"
        text = f"{what}: list the characters, as in `[^\\u0000]`"
        assert document.at("role: {type: object", text) in document.findings


class TestBacktracking:
    @pytest.mark.parametrize(
        "pattern",
        [
            *("^(a+)+$", "^(a*)*$", "^(a|a)*$", "^(a|aa)+$", "^(a?b?)*$", "^(a{2}|a{3})*$", "^(a{0,9}){0,9}$", "^(x+x+)+y$"),
            *("^([0-9]+,?)+$", "^([a-z]{1,9}[a-z]{1,9}-)+$", "^([a-z]+)*@$", "^([a-z]|[m-z0])+$"),
        ],
    )
    def test_two_ways_around_a_loop_are_exponential(self, pattern):
        assert exponential(pattern)

    @pytest.mark.parametrize(
        "pattern",
        [
            *(
                "^(ab)*$",
                "^a*a*$",
                "^(a{1,3}){1,2}$",
                "^([0-9]+,)+$",
                "^((a|b)c?)*$",
                "^(a{0,2}b)*$",
                "^(a(b(c)?)?)*$",
                "^[^a]*a$",
            ),
            r"^[a-z]+(\.[a-z]+)*@([a-z]([a-z-]{0,61}[a-z])?\.)+[a-z]{2,24}$",
        ],
    )
    def test_one_way_around_every_loop_is_not(self, pattern):
        assert not exponential(pattern)

    def test_a_finding_names_the_place(self, broken):
        document = broken("'^[a-z]+$', examples", "'^([a-z]+)+$', examples")

        what = "Name.pattern can backtrack exponentially, a nested repetition matches the same text in several ways"
        how = "separate the repetitions with a character that is in neither, or remove one of them"
        assert document.findings == [document.at("Name: ", f"{what}: {how}")]
