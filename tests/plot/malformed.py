"""Makes documents that are wrong, from valid ones: the same seed gives the same documents."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

# In place of any value: other types, numbers out of range, and texts that no file or terminal should get.
VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    -1,
    2,
    2**31,
    2**63,
    2**64,
    10**40,
    0.5,
    -1.5,
    1e-320,
    1e300,
    float("nan"),
    float("inf"),
    "",
    "text",
    "../../etc/passwd",
    "a/b",
    "\x1b[31m\x00",
    "\udcff",
    "line\nline",
    "日本語",
    "7" * 5000,
    [],
    [0],
    [-1, None],
    {},
    {"": {}},
)
DEPTHS = (50, 900, 100_000)
CUT, DUPLICATE_KEY, NEST, REPLACE_BYTES = range(4)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Each container of the document with one of its keys. Of long lists only the beginning."""
    keys = list(node) if isinstance(node, dict) else range(min(4, len(node)))
    for key in keys:
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from _places(node[key])


def _change(made: Any, choose: random.Random) -> None:
    """Changes one place of the document."""
    holder, key = choose.choice(list(_places(made)))
    kind = choose.randrange(6)
    if isinstance(holder[key], (int, float)) and not isinstance(holder[key], bool) and choose.randrange(4):
        # Most of these documents can be read, and then are drawn.
        factor = choose.choice((-1, 0, 2, 3, 1000, 10**6, 10**12, 1e-9, 1e200, 1e-200))
        holder[key] = type(holder[key])(holder[key] * factor)
    elif kind == 0:
        del holder[key]
    elif kind == 2 and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(choose.choice(holder)))
    elif kind == 3:
        other, its_key = choose.choice(list(_places(made)))
        holder[key] = copy.deepcopy(other[its_key])
    else:
        holder[key] = choose.choice(VALUES)


def _spoil(text: str, choose: random.Random) -> bytes:
    """Changes the text, which then may be no JSON."""
    kind = choose.randrange(4)
    place = choose.randrange(len(text))
    data = text.encode(errors="surrogatepass")
    if kind == CUT:
        return data[:place]
    if kind == REPLACE_BYTES:
        return data[:place] + choose.randbytes(choose.randrange(1, 4)) + data[place + 1 :]
    found = text.find('": ', place)
    if found < 0:
        return data
    if kind == DUPLICATE_KEY:
        start = text.rfind('"', 0, found)
        return (text[:start] + f'{text[start:found]}": 5, ' + text[start:]).encode(errors="surrogatepass")
    depth = choose.choice(DEPTHS)
    return (text[: found + 3] + "[" * depth + "]" * depth + "," + text[found + 3 :]).encode()


def documents(made: Any, number: int, seed: int) -> Iterator[bytes]:
    """`number` documents that differ from `made` in one to three places."""
    choose = random.Random(seed)
    for _ in range(number):
        spoilt = copy.deepcopy(made)
        for _ in range(choose.randrange(1, 4)):
            _change(spoilt, choose)
        text = json.dumps(spoilt)
        yield _spoil(text, choose) if choose.randrange(8) == 0 else text.encode()
