"""Many made-up users and posts, to see how the service behaves with a million of them. Nobody can sign in as one of them."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from app.core.database import Database
from app.core.database.statements import statement
from app.core.errors import ConstraintViolation
from app.models import User, metadata
from app.resources import Resources
from app.services.users import search_key

LAST_USER = statement(select(func.coalesce(func.max(User.id), 0)), int)
SOME_USERS = statement(
    select(User.id).where(User.id > bindparam("after")).order_by(User.id).limit(bindparam("most")),
    int,
)

USER_COLUMNS = (
    "email",
    "email_key",
    "username",
    "username_key",
    "password_hash",
    "full_name",
    "full_name_key",
    "bio",
    "role",
    "is_active",
    "created_at",
    "version",
)
POST_COLUMNS = ("author_id", "title", "content", "is_published", "created_at", "version")

CHUNK = 20_000  # rows that are stored together or not at all
ATTEMPTS = 5
MOST_AUTHORS = 10_000  # who write the posts of one chunk
PERIOD = timedelta(days=730)  # users and posts are spread over the time before now
INACTIVE = DRAFTS = 0.1
NAMED = 0.95  # have a full name

# First names; those that are not written in ASCII, also as they stand in addresses and usernames.
FIRST = [
    *("Ada", "Adele", "Alan", "Alice", "Amara", "Anita", "Barbara", "Bjarne", "Carol", "Chidi", "Claude", "Dana", "Daniel"),
    *("Dennis", "Diego", "Donald", "Dorothy", "Edsger", "Elena", "Emeka", "Erik", "Fatima", "Fran", "Frances", "Gerald"),
    *("Gita", "Grace", "Guido", "Hana", "Hassan", "Hedy", "Ibrahim", "Ines", "Ivan", "Jamal", "Jean", "Joan", "John", "Karen"),
    *("Katherine", "Ken", "Kofi", "Lars", "Leila", "Leslie", "Linus", "Margaret", "Maria", "Mary", "Mei", "Mohamed", "Nadia"),
    *("Niklaus", "Noor", "Olga", "Omar", "Pedro", "Priya", "Radia", "Rosa", "Sana", "Sofia", "Tariq", "Tim", "Ursula"),
    *("Vera", "Wei", "Xin", "Yara", "Yuki", "Zainab"),
]
FOREIGN = [("Zoë", "zoe"), ("José", "jose"), ("Łukasz", "lukasz"), ("Øystein", "oystein"), ("Jürgen", "juergen")]
FOREIGN += [("Çağla", "cagla"), ("Ольга", "olga"), ("陽子", "yoko"), ("Ἑλένη", "eleni"), ("नेहा", "neha")]
NAMES = [(name, name.lower()) for name in FIRST] + FOREIGN
LAST = [
    *("Adeyemi", "Allen", "Andersson", "Backus", "Banerjee", "Berners", "Chen", "Church", "Cohen", "Costa", "Dahl", "Diaz"),
    *("Dijkstra", "Eriksen", "Fernandez", "Fischer", "Floyd", "Garcia", "Gupta", "Haddad", "Hamilton", "Hansen", "Hopper"),
    *("Ito", "Ivanova", "Johnson", "Kay", "Khan", "Kim", "Knuth", "Kowalski", "Lamarr", "Lamport", "Lee", "Liskov", "Lopez"),
    *(
        "Lovelace",
        "Martin",
        "McCarthy",
        "Mbeki",
        "Mendez",
        "Meyer",
        "Milner",
        "Moreau",
        "Muller",
        "Nakamura",
        "Naur",
        "Neumann",
    ),
    *("Nguyen", "Novak", "Okafor", "Osman", "Patel", "Perlman", "Petrov", "Ritchie", "Rossi", "Santos", "Sato", "Shannon"),
    *("Silva", "Singh", "Smith", "Sutherland", "Suzuki", "Tanaka", "Thompson", "Torvalds", "Turing", "Wang", "Wirth", "Yilmaz"),
]
DOMAINS = ("example.com", "example.org", "example.net")
BIOS = (None, None, None, "Compilers, mostly.", "Reads more than writes.", "Here for the posts.", "Tea, trains, type systems.")
TITLES = ("On compilers", "A note on names", "What I learned", "Against cleverness", "Small programs", "Letters to a reader")
TEXTS = ("It is much easier to apologise than to get permission.", "Simplicity is a prerequisite for reliability.", "Short.")

Progress = Callable[[int], None]


async def add_users(resources: Resources, number: int, progress: Progress) -> None:
    """Store made-up users, one in ten of them inactive, chunk by chunk; `progress` is told the size of each.

    All have one password, which is thrown away. Their names hold a number beyond every id, so that they are new.

    Raises:
        ConstraintViolation: somebody else's names stood in the way again and again.
    """
    password_hash = await resources.passwords.hash(secrets.token_urlsafe(32))
    taken = await resources.database.one(LAST_USER) or 0
    chance, end = random.Random(), resources.now()  # noqa: S311 - nothing secret is made by it
    for begin, size in _chunks(number):
        for attempt in range(1, ATTEMPTS + 1):
            times = (end - PERIOD * (1 - (begin + place) / number) for place in range(size))
            rows = _users(chance, itertools.count(taken + begin + 1), password_hash, times)
            try:
                await resources.database.load(metadata.tables["users"], USER_COLUMNS, rows)
                break
            except ConstraintViolation:
                if attempt == ATTEMPTS:
                    raise
                taken += chance.randrange(1, 1000) * CHUNK
        progress(size)


async def add_posts(resources: Resources, number: int, progress: Progress) -> None:
    """Store posts of users who are there, one in ten of them a draft, chunk by chunk; `progress` is told the size of each.

    Raises:
        ValueError: there are no users.
        ConstraintViolation: authors were deleted again and again in the meantime.
    """
    chance, end, last = random.Random(), resources.now(), 0  # noqa: S311 - nothing secret is made by it
    for begin, size in _chunks(number):
        for attempt in range(1, ATTEMPTS + 1):
            authors = await _authors(resources.database, last)
            times = (end - PERIOD * (1 - (begin + place) / number) for place in range(size))
            try:
                await resources.database.load(metadata.tables["posts"], POST_COLUMNS, _posts(chance, authors, times))
                break
            except ConstraintViolation:
                if attempt == ATTEMPTS:
                    raise
        last = authors[-1]
        progress(size)


def _chunks(number: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(CHUNK, number - begin)) for begin in range(0, number, CHUNK))


async def _authors(database: Database, last: int) -> list[int]:
    """The next users after an id, or the first again."""
    for after in (last, 0):
        if found := await database.all(SOME_USERS, after=after, most=MOST_AUTHORS):
            return found
    raise ValueError("there are no users to write the posts")


def _users(
    chance: random.Random, numbers: Iterator[int], password_hash: str, times: Iterable[datetime]
) -> Iterator[tuple[object, ...]]:
    for number, created_at in zip(numbers, times, strict=False):
        first, plain = chance.choice(NAMES)
        last = chance.choice(LAST)
        full_name = f"{first} {last}" if chance.random() < NAMED else None
        username = f"{plain}_{last.lower()}_{number}"
        email = f"{plain}.{last.lower()}.{number}@{chance.choice(DOMAINS)}"
        is_active = chance.random() >= INACTIVE
        yield (
            *(email, email, username, username, password_hash, full_name, search_key(full_name)),
            *(chance.choice(BIOS), "user", is_active, created_at, 1),
        )


def _posts(chance: random.Random, authors: list[int], times: Iterable[datetime]) -> Iterator[tuple[object, ...]]:
    for created_at in times:
        is_published = chance.random() >= DRAFTS
        yield chance.choice(authors), chance.choice(TITLES), chance.choice(TEXTS), is_published, created_at, 1
