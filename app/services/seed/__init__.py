"""Generated users and posts, for load tests with millions of them. Their passwords are unknown."""

from __future__ import annotations

import itertools
import random
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from app.core.database import Database
from app.core.errors import ConstraintViolation
from app.models import metadata
from app.resources import Resources
from app.services.seed.queries import SELECT_LAST_USER_ID, SELECT_USER_IDS
from app.services.users.creation import search_key

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

CHUNK_SIZE = 20_000  # rows per transaction
ATTEMPTS = 5
MAX_AUTHORS = 10_000  # of the posts of one chunk
PERIOD = timedelta(days=730)  # before now, over which the rows are spread
INACTIVE_SHARE = DRAFT_SHARE = 0.1
FULL_NAME_SHARE = 0.95

# First names; those that are not ASCII also in the form for addresses and usernames.
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
    *("Lovelace", "Martin", "McCarthy", "Mbeki", "Mendez", "Meyer", "Milner", "Moreau", "Muller", "Nakamura", "Naur"),
    *("Neumann", "Nguyen", "Novak", "Okafor", "Osman", "Patel", "Perlman", "Petrov", "Ritchie", "Rossi", "Santos", "Sato"),
    *("Shannon", "Silva", "Singh", "Smith", "Sutherland", "Suzuki", "Tanaka", "Thompson", "Torvalds", "Turing", "Wang"),
    *("Wirth", "Yilmaz"),
]
DOMAINS = ("example.com", "example.org", "example.net")
BIOS = (None, None, None, "Compilers, mostly.", "Reads more than writes.", "Here for the posts.", "Tea, trains, type systems.")
TITLES = ("On compilers", "A note on names", "What I learned", "Against cleverness", "Small programs", "Letters to a reader")
TEXTS = ("It is much easier to apologise than to get permission.", "Simplicity is a prerequisite for reliability.", "Short.")

Progress = Callable[[int], None]


async def add_users(resources: Resources, number: int, progress: Progress) -> None:
    """Add generated users, one in ten of them inactive; calls `progress` with the size of each chunk.

    All have the same random password. Their names contain numbers above every id, which makes them unique.

    Raises:
        ConstraintViolation: existing names conflicted in every attempt.
    """
    password_hash = await resources.passwords.hash(secrets.token_urlsafe(32))
    taken = await resources.database.one(SELECT_LAST_USER_ID) or 0
    generator, end = random.Random(), resources.now()  # noqa: S311 - no secrets
    for begin, size in _chunks(number):
        for attempt in range(1, ATTEMPTS + 1):
            times = (end - PERIOD * (1 - (begin + place) / number) for place in range(size))
            rows = _users(generator, itertools.count(taken + begin + 1), password_hash, times)
            try:
                await resources.database.load(metadata.tables["users"], USER_COLUMNS, rows)
                break
            except ConstraintViolation:
                if attempt == ATTEMPTS:
                    raise
                taken += generator.randrange(1, 1000) * CHUNK_SIZE
        progress(size)


async def add_posts(resources: Resources, number: int, progress: Progress) -> None:
    """Add posts by existing users, one in ten of them a draft; calls `progress` with the size of each chunk.

    Raises:
        ValueError: there are no users.
        ConstraintViolation: an author was deleted meanwhile in every attempt.
    """
    generator, end, last = random.Random(), resources.now(), 0  # noqa: S311 - no secrets
    for begin, size in _chunks(number):
        for attempt in range(1, ATTEMPTS + 1):
            authors = await _authors(resources.database, last)
            times = (end - PERIOD * (1 - (begin + place) / number) for place in range(size))
            try:
                await resources.database.load(metadata.tables["posts"], POST_COLUMNS, _posts(generator, authors, times))
                break
            except ConstraintViolation:
                if attempt == ATTEMPTS:
                    raise
        last = authors[-1]
        progress(size)


def _chunks(number: int) -> Iterator[tuple[int, int]]:
    return ((begin, min(CHUNK_SIZE, number - begin)) for begin in range(0, number, CHUNK_SIZE))


async def _authors(database: Database, last: int) -> list[int]:
    """The ids of the next users after an id, or of the first ones after the last."""
    for after in (last, 0):
        if found := await database.all(SELECT_USER_IDS, after=after, limit=MAX_AUTHORS):
            return found
    raise ValueError("there are no users who could be the authors")


def _users(
    generator: random.Random, numbers: Iterator[int], password_hash: str, times: Iterable[datetime]
) -> Iterator[tuple[object, ...]]:
    for number, created_at in zip(numbers, times, strict=False):
        first, plain = generator.choice(NAMES)
        last = generator.choice(LAST)
        full_name = f"{first} {last}" if generator.random() < FULL_NAME_SHARE else None
        username = f"{plain}_{last.lower()}_{number}"
        email = f"{plain}.{last.lower()}.{number}@{generator.choice(DOMAINS)}"
        is_active = generator.random() >= INACTIVE_SHARE
        yield (
            *(email, email, username, username, password_hash, full_name, search_key(full_name)),
            *(generator.choice(BIOS), "user", is_active, created_at, 1),
        )


def _posts(generator: random.Random, authors: list[int], times: Iterable[datetime]) -> Iterator[tuple[object, ...]]:
    for created_at in times:
        is_published = generator.random() >= DRAFT_SHARE
        yield generator.choice(authors), generator.choice(TITLES), generator.choice(TEXTS), is_published, created_at, 1
