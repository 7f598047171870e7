"""Parameters: every location, style and explode for a number, a list and an object; values; `content`."""

from __future__ import annotations

from tests.codegen.features.case import Case, encoded, get

RGB = {"R": 100, "G": 200}

# Style and explode in paths: number, list, object; then the same written otherwise, each with its fault.
PATHS = {
    "simple": (("7", "1,2,3", "R,100,G,200"), ("07", "1;2", "R=100")),
    "simple-exploded": (("7", "1,2,3", "R=100,G=200"), ("+7", "1.2", "R,100,G,200")),
    "label": ((".7", ".1,2,3", ".R,100,G,200"), ("7", "1,2", ".R=100")),
    "label-exploded": ((".7", ".1.2.3", ".R=100.G=200"), (";7", ".1,2", ".R,100")),
    "matrix": ((";number=7", ";numbers=1,2,3", ";colour=R,100,G,200"), (";numbe=7", ";numbers.1", ";R=100")),
    "matrix-exploded": (
        (";number=7", ";numbers=1;numbers=2;numbers=3", ";R=100;G=200"),
        ("number=7", ";numbers=1,2", "R=100"),
    ),
}
WHERE = {0: "path/number type", 1: "path/numbers type", 2: "path/colour type"}


def _paths() -> list[Case]:
    found = [  # the mark of a style and the name of a parameter, percent-encoded
        get("parameter/style", f"/v1/path/{url}").takes(number=7, numbers=[1, 2, 3], colour=RGB)
        for url in ("label/%2E7/%2e1,2,3/%2ER,100,G,200", "matrix/;n%75mber=7/;numbers=1,2,3/;col%6Fur=R,100,G,200")
    ]
    for style, (right, wrong) in PATHS.items():
        feature = "parameter/explode" if "exploded" in style else "parameter/style"
        found.append(get(feature, f"/v1/path/{style}/" + "/".join(right)).takes(number=7, numbers=[1, 2, 3], colour=RGB))
        for index, text in enumerate(wrong):
            url = "/".join([*right[:index], text, *right[index + 1 :]])
            place = WHERE[index] if (index, style) not in ITEMS else WHERE[index].replace(" ", "/0 ")
            found.append(get(feature, f"/v1/path/{style}/{url}").refused(place))
    return found


# Where a list of one text is read, and its one item is no integer.
ITEMS = {(1, "simple"), (1, "simple-exploded"), (1, "label-exploded"), (1, "matrix-exploded")}

# Query, header and cookie: what is sent, and what is read or refused.
QUERIES = [
    get("parameter/style", "/v1/query/form?number=7&numbers=1,2,3&colour=R,100,G,200").takes(
        number=7, numbers=[1, 2, 3], colour=RGB
    ),
    get("parameter/style", "/v1/query/form?numbers=").takes(numbers=[]),
    get("parameter/style", "/v1/query/form?number=7,8").refused("query/number type"),
    get("parameter/style", "/v1/query/form?numbers=1,x").refused("query/numbers/1 type"),
    get("parameter/style", "/v1/query/form?numbers=1%2C2").refused("query/numbers/0 type"),
    get("parameter/style", "/v1/query/form?colour=R,100,G").refused("query/colour type"),
    get("parameter/explode", "/v1/query/form?numbers=1&numbers=2").refused("query/numbers repeated"),
    get("parameter/explode", "/v1/query/form?R=100").refused("query/R unknown"),
    get("parameter/explode", "/v1/query/form-exploded?number=7&numbers=1&numbers=2&R=100&G=200").takes(
        number=7, numbers=[1, 2], colour=RGB
    ),
    get("parameter/explode", "/v1/query/form-exploded?numbers=1").takes(numbers=[1]),
    get("parameter/explode", "/v1/query/form-exploded?numbers=1,2").refused("query/numbers/0 type"),
    get("parameter/explode", "/v1/query/form-exploded?number=7&number=7").refused("query/number repeated"),
    get("parameter/explode", "/v1/query/form-exploded?R=1&R=2").refused("query/colour/R repeated"),
    get("parameter/explode", "/v1/query/form-exploded?colour=R,100").refused("query/colour unknown"),
    get("parameter/explode", "/v1/query/form-exploded?G=1").refused("query/colour/R required"),
    get("parameter/style", "/v1/query/space?numbers=1%202+3&colour=R%20100%20G%20200").takes(numbers=[1, 2, 3], colour=RGB),
    get("parameter/style", "/v1/query/space?numbers=1,2").refused("query/numbers/0 type"),
    get("parameter/style", "/v1/query/space?colour=R,100").refused("query/colour type"),
    get("parameter/style", "/v1/query/pipe?numbers=1|2%7C3&colour=R|100|G|200").takes(numbers=[1, 2, 3], colour=RGB),
    get("parameter/style", "/v1/query/pipe?numbers=1%202").refused("query/numbers/0 type"),
    get("parameter/style", "/v1/query/pipe?colour=R|100|G").refused("query/colour type"),
    get("parameter/style", "/v1/query/deep?colour[R]=100&colour%5BG%5D=200").takes(colour=RGB),
    get("parameter/style", "/v1/query/deep?colour[R]=x").refused("query/colour/R type"),
    get("parameter/style", "/v1/query/deep?colour[R]=1&colour[B]=1").refused("query/colour/B additionalProperties"),
    get("parameter/style", "/v1/query/deep?colour[R]=1&colour[R]=1").refused("query/colour/R repeated"),
    get("parameter/style", "/v1/query/deep?colour[R][S]=1").refused("query/colour[R][S] unknown"),
    get("parameter/style", "/v1/query/deep?colour=R,1").refused("query/colour unknown"),
    get("parameter/style", "/v1/query/deep?colour[]=1").refused(
        "query/colour/ additionalProperties", "query/colour/R required"
    ),
]

ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
HEADERS = [
    get("parameter/in", "/v1/header/simple", X_Number="7", X_Numbers="1, 2,3", X_Colour="R,100,G,200").takes(
        x_number=7, x_numbers=[1, 2, 3], x_colour=RGB
    ),
    get("parameter/in", "/v1/header/simple").takes(),
    get("parameter/name", "/v1/header/simple", (), **{"x-NUMBER": "7"}).takes(x_number=7),
    get("parameter/name", "/v1/header/simple", X_Unknown="7").takes(),
    get("parameter/in", "/v1/header/simple", (("X-Numbers", "1"), ("X-Numbers", "2"))).takes(x_numbers=[1, 2]),
    get("parameter/in", "/v1/header/simple", (("X-Number", "1"), ("X-Number", "2"))).refused("header/X-Number type"),
    get("parameter/in", "/v1/header/simple", X_Number="7.0").refused("header/X-Number type"),
    get("parameter/in", "/v1/header/simple", X_Number="").refused("header/X-Number type"),
    get("parameter/in", "/v1/header/simple", X_Number="%37").refused("header/X-Number type"),
    get("parameter/in", "/v1/header/simple", X_Numbers="1,2,3,4").refused("header/X-Numbers maxItems"),
    get("parameter/in", "/v1/header/simple", X_Colour="R=100").refused("header/X-Colour type"),
    get("schema/format", "/v1/header/simple", X_Id=ID).takes(x_id=ID),
    get("schema/format", "/v1/header/simple", X_Id="6f9619ff").refused("header/X-Id format"),
    get("parameter/explode", "/v1/header/simple-exploded", X_Number="7", X_Numbers="1,2", X_Colour="R=100,G=200").takes(
        x_number=7, x_numbers=[1, 2], x_colour=RGB
    ),
    get("parameter/explode", "/v1/header/simple-exploded", X_Colour="R,100").refused("header/X-Colour type"),
    get("parameter/explode", "/v1/header/simple-exploded", X_Numbers="1;2").refused("header/X-Numbers/0 type"),
]

COOKIES = [
    get("parameter/in", "/v1/cookie/form", Cookie="number=7; numbers=1,2,3; colour=R,100,G,200").takes(
        number=7, numbers=[1, 2, 3], colour=RGB
    ),
    get("parameter/in", "/v1/cookie/form", Cookie='other=1; theme="dark"; $Version=1').takes(theme="dark"),
    get("parameter/in", "/v1/cookie/form", (("Cookie", "number=7"), ("Cookie", "theme=dark"))).takes(number=7, theme="dark"),
    get("parameter/in", "/v1/cookie/form", Cookie="theme=d%61rk").takes(theme="dark"),
    get("parameter/in", "/v1/cookie/form", Cookie="theme=Dark").refused("cookie/theme pattern"),
    get("parameter/in", "/v1/cookie/form", Cookie="Theme=dark").takes(),
    get("parameter/in", "/v1/cookie/form", Cookie="theme=dark; theme=dark").refused("cookie/theme repeated"),
    get("parameter/in", "/v1/cookie/form", (("Cookie", "number=7"), ("Cookie", "number=8"))).refused("cookie/number repeated"),
    get("parameter/in", "/v1/cookie/form", Cookie="number=x").refused("cookie/number type"),
    get("parameter/in", "/v1/cookie/form", Cookie="numbers=1,x").refused("cookie/numbers/1 type"),
    get("parameter/in", "/v1/cookie/form", Cookie="colour=R,100,G").refused("cookie/colour type"),
    get("parameter/explode", "/v1/cookie/form-exploded", Cookie="number=7; numbers=1; numbers=2; R=100; G=200").takes(
        number=7, numbers=[1, 2], colour=RGB
    ),
    get("parameter/explode", "/v1/cookie/form-exploded", Cookie="numbers=1,2").refused("cookie/numbers/0 type"),
    get("parameter/explode", "/v1/cookie/form-exploded", Cookie="G=200").refused("cookie/colour/R required"),
    get("parameter/explode", "/v1/cookie/form-exploded", Cookie="R=100; R=100").refused("cookie/colour/R repeated"),
]

R, SPACED = encoded('{"R":100}'), encoded('{"R": 100, "G": 200}')
CONTENT = [
    get("parameter/content", f"/v1/content/[1,2]?where={SPACED}&note=a+b", X_Where='{"R": 100}', Cookie=f"view={R}").takes(
        point=[1, 2], where=RGB, note="a b", x_where={"R": 100}, view={"R": 100}
    ),
    get("parameter/content", "/v1/content/[1]").refused("path/point minItems"),
    get("parameter/content", "/v1/content/1,2").refused("path/point syntax"),
    get("parameter/content", "/v1/content/[1,2]?where=R,100").refused("query/where syntax"),
    get("parameter/content", f"/v1/content/[1,2]?where={R}&where={R}").refused("query/where repeated"),
    get("parameter/content", "/v1/content/[1,2]?where=" + encoded('{"R":1,"R":2}')).refused("query/where syntax"),
    get("parameter/content", "/v1/content/[1,2]?where=" + encoded('{"R":256}')).refused("query/where/R maximum"),
    get("parameter/content", "/v1/content/[1,2]?note=longer").refused("query/note maxLength"),
    get("parameter/content", "/v1/content/[1,2]", X_Where='{"R": 1.5}').refused("header/X-Where/R type"),
    get("parameter/content", "/v1/content/[1,2]", Cookie="view=7").refused("cookie/view type"),
]


def _values(query: str, flag: str = "true", feature: str = "parameter/schema") -> Case:
    return get(feature, f"/v1/values/{flag}?needed=x&{query}" if query else f"/v1/values/{flag}?needed=x")


def _taken(case: Case, **arguments: object) -> Case:
    return case.takes(**{"flag": True, "needed": "x", "size": 10, **arguments})


BIG = 10**30
VALUES = [
    _taken(_values("")),
    _taken(_values("", "false"), flag=False),
    *[_values("", flag).refused("path/flag type") for flag in ("True", "1", "yes", "null")],
    get("parameter/required", "/v1/values/true").refused("query/needed required"),
    get("parameter/required", "/v1/values/true?needed=").refused("query/needed minLength", "query/needed pattern"),
    get("parameter/required", "/v1/values/true?needed").refused("query/needed minLength", "query/needed pattern"),
    _taken(get("parameter/required", "/v1/values/true?needed=%C3%A9"), needed="é"),
    get("parameter/name", "/v1/values/true?Needed=x").refused("query/Needed unknown", "query/needed required"),
    _taken(get("parameter/name", "/v1/values/true?nee%64ed=x")),
    _taken(_values("size=20", feature="schema/default"), size=20),
    _taken(_values("", feature="schema/default"), size=10),
    *[
        _values(f"size={text}").refused("query/size type")
        for text in ("", "1e1", "1.0", "01", "-", "+1", "\uff11", "0x1", "1_0")
    ],
    _values("size=101").refused("query/size maximum"),
    _taken(_values("size=-0"), size=0),
    _taken(_values(f"big={BIG}"), big=BIG),
    _values(f"big={10**50}").refused("query/big type"),
    _taken(_values("ratio=1.50"), ratio=1.5),
    _taken(_values("ratio=1e3"), ratio=1000.0),
    *[_values(f"ratio={text}").refused("query/ratio type") for text in (".5", "5.", "NaN", "Infinity", "1e999", "1,5")],
    _taken(_values("maybe=7"), maybe=7),
    _taken(_values("maybe=null")),
    _values("maybe=").refused("query/maybe type"),
    _taken(_values("either=7"), either=7),
    _taken(_values("either=07"), either="07"),
    _values("either=lengthy").refused("query/either maxLength"),
    _taken(_values("reserved=a/b?c:@+", feature="parameter/allowReserved"), reserved="a/b?c:@+"),
    _taken(_values("unreserved=a+b", feature="parameter/allowReserved"), unreserved="a b"),
    _values("reserved=/////////+", feature="parameter/allowReserved").refused("query/reserved maxLength"),
    _taken(_values("empty=", feature="parameter/allowEmptyValue"), empty=""),
    _taken(_values("empty", feature="parameter/allowEmptyValue"), empty=""),
    _taken(_values("empty=7", feature="parameter/allowEmptyValue"), empty=7),
    _values("empty=x", feature="parameter/allowEmptyValue").refused("query/empty type"),
    _taken(_values("old=true", feature="parameter/schema"), old=True),
    _values("reserved=%FF").refused("query/reserved encoding"),
    _values("%FF=1").refused("query encoding"),
]

CASES = [*_paths(), *QUERIES, *HEADERS, *COOKIES, *CONTENT, *VALUES]
