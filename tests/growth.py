"""What takes longer than its input grows: inputs that drive patterns to their worst, and a clock.

The inputs are made from the pattern itself: what it repeats is repeated, behind what must stand
before it and in front of what makes it fail, since only then all ways to match are tried.
"""

from __future__ import annotations

import ast
import gc
import importlib
import pkgutil
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ckanext.hanoi

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import sre_constants as codes
    import sre_parse

#: So much more time may twice the input take.
MOST = 2.5
#: What takes less (seconds of this process) grows too little to be looked at.
_QUICK = 0.02
_METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")


class TooLong(BaseException):
    """Not even the smaller input was done in time."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """TooLong after so much time of this process; regular expressions are interrupted too."""

    def stop(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds(work: Callable[[Any], Any], given: Any) -> float:
    """Time of this process for one call; what it refuses counts as done."""
    began = time.process_time()
    try:
        work(given)
    except (TooLong, MemoryError, KeyboardInterrupt):
        raise
    except Exception:
        pass
    return time.process_time() - began


def growth(
    work: Callable[[Any], Any],
    made: Callable[[int], Any],
    size: int,
    quick: float = _QUICK,
    limit: float = 3,
) -> float:
    """How many times longer ``work`` takes for ``made(2 * size)`` than for ``made(size)``: the
    least of several measurements. 1.0 for what is quick enough with the larger one."""
    gc.disable()
    try:
        with at_most(limit):
            large = made(2 * size)
            if any(seconds(work, large) < quick for _ in range(2)):
                return 1.0
            small, best = made(size), float("inf")
            for _ in range(6):
                less = min(seconds(work, small) for _ in range(3))
                more = min(seconds(work, large) for _ in range(2))
                if more < quick:
                    return 1.0
                best = min(best, more / max(less, 1e-6))
                if best <= MOST:
                    break
            return best
    except TooLong:
        return float("inf")
    finally:
        gc.enable()


# -- patterns --------------------------------------------------------------------------------------


@dataclass
class Used:
    """A pattern of ours, how it is used, and where it stands."""

    pattern: re.Pattern[Any]
    methods: set[str] = field(default_factory=set)
    where: str = ""


def modules() -> list[Any]:
    """All of our modules."""
    found = []
    for about in pkgutil.walk_packages(ckanext.hanoi.__path__, "ckanext.hanoi."):
        if ".migration." not in about.name:
            found.append(importlib.import_module(about.name))
    return found


def patterns() -> list[Used]:
    """Every regular expression in our modules: compiled ones, those in lists and dictionaries,
    and those that stand where they are used."""
    found: dict[tuple[Any, int], Used] = {}

    def note(pattern: re.Pattern[Any], where: str, methods: set[str]) -> None:
        used = found.setdefault((pattern.pattern, pattern.flags), Used(pattern, where=where))
        used.methods |= methods

    for module in modules():
        name = module.__name__.removeprefix("ckanext.hanoi.")
        tree = ast.parse(Path(module.__file__).read_text())
        methods = _methods_by_name(tree)
        # what is in a list is used by another name
        others = set().union(*(m for n, m in methods.items() if n not in vars(module)))
        for variable, value in vars(module).items():
            for pattern in _patterns_in(value):
                note(pattern, f"{name}.{variable}", methods.get(variable) or others)
        for pattern, method, line in _inline(tree, module):
            note(pattern, f"{name}:{line}", {method} if method in _METHODS else set())
    for used in found.values():
        used.methods &= set(_METHODS)
    return sorted(found.values(), key=lambda used: used.where)


def _patterns_in(value: Any, depth: int = 3) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, dict):
        for item in [*value, *value.values()][:2000]:
            yield from _patterns_in(item, depth - 1)
    elif depth and isinstance(value, (list, tuple, set, frozenset)):
        for item in list(value)[:2000]:
            yield from _patterns_in(item, depth - 1)


def _methods_by_name(tree: ast.AST) -> dict[str, set[str]]:
    """How the patterns that have a name are used in this module."""
    methods: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            methods.setdefault(node.value.id, set()).add(node.attr)
    return methods


def _inline(tree: ast.AST, module: Any) -> Iterator[tuple[re.Pattern[Any], str, int]]:
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in (*_METHODS, "compile")
        ):
            continue
        flags = [k.value for k in node.keywords if k.arg == "flags"]
        place = {"sub": 4, "subn": 4, "split": 3, "compile": 1}.get(node.func.attr, 2)
        flags += node.args[place : place + 1]
        try:
            args = [_value(part, module) for part in (node.args[0], *flags)]
        except Exception:
            continue  # made of what is known at run time only
        yield re.compile(*args), node.func.attr, node.lineno


def _value(part: ast.expr, module: Any) -> Any:
    return eval(compile(ast.Expression(part), module.__file__, "eval"), vars(module))


# -- inputs ----------------------------------------------------------------------------------------


class _Attack:
    """Walks a parsed pattern: ``pumps`` are (what stands before, what is repeated)."""

    def __init__(self, flags: int, text: bool) -> None:
        self.flags, self.text = flags, text
        self.pumps: dict[tuple[str, str], None] = {}
        self.parts: dict[tuple[str, str], None] = {}
        self.letters: dict[str, None] = {}

    def walk(self, tree: Any, before: str) -> str:
        """An example of what matches; notes the repeats on the way."""
        done = ""
        steps: list[str] = []
        literal = False
        for op, arg in tree:
            here = before + done
            if op is not codes.LITERAL or not literal:
                steps.append(done)
            literal = op is codes.LITERAL
            if op in (codes.MAX_REPEAT, codes.MIN_REPEAT) or str(op) == "POSSESSIVE_REPEAT":
                least, most, body = arg
                example = self.walk(body, here)
                if most is codes.MAXREPEAT or most > 30:
                    for pump in {example, example * 2, *self._examples(body)}:
                        if pump:
                            self.pumps[here, pump] = None
                done += example * max(least, 1 if len(example) < 5 else 0)
            elif op is codes.SUBPATTERN:
                done += self.walk(arg[-1], here)
            elif str(op) == "ATOMIC_GROUP":
                done += self.walk(arg, here)
            elif op is codes.BRANCH:
                options = [self.walk(branch, here) for branch in arg[1]]
                done += next((o for o in options if o), "")
            elif op is codes.ASSERT:
                self.walk(arg[1], here)
            elif op in (codes.ASSERT_NOT, codes.AT, codes.GROUPREF_EXISTS):
                if op is codes.ASSERT_NOT:
                    self.walk(arg[1], here)
            else:
                letter = self._letter(op, arg)
                for one in [letter, *self._examples([(op, arg)])]:
                    self.letters[one] = None
                done += letter
        self._parts(before, [*steps, done])
        return done

    def _parts(self, before: str, steps: list[str]) -> None:
        """What stands between two places, as something to repeat: "key" of ".*key.*="."""
        edges = list(dict.fromkeys(map(len, steps)))
        if len(edges) > 12:
            edges = edges[:: len(edges) // 6]
        for n, start in enumerate(edges):
            for end in edges[n + 1 : n + 4]:
                self.parts[before + steps[-1][:start], steps[-1][start:end]] = None

    def _examples(self, body: Any) -> list[str]:
        """Each letter that a class or branch of the body may be."""
        found: list[str] = []
        for op, arg in body:
            if op is codes.IN:
                if arg[0][0] is not codes.NEGATE:
                    found += [self._letter(*item) for item in arg][:12]
            elif op is codes.BRANCH:
                found += [self.walk(branch, "") for branch in arg[1]][:12]
            elif op is codes.SUBPATTERN:
                found += self._examples(arg[-1])
        return found

    def _letter(self, op: Any, arg: Any) -> str:
        if op is codes.LITERAL:
            return chr(arg)
        if op is codes.RANGE:
            return chr(arg[0])
        if op is codes.CATEGORY:
            return {"CATEGORY_DIGIT": "0", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}.get(
                str(arg), "!")  # fmt: skip
        if op is codes.IN and arg[0][0] is not codes.NEGATE:
            return self._letter(*arg[0])
        for letter in "a 0-.<\"'=,;:/\n!":
            if self._one(op, arg, letter):
                return letter
        return "a"

    def _one(self, op: Any, arg: Any, letter: str) -> bool:
        """Whether this letter is one of a class."""
        if op is codes.NOT_LITERAL:
            return chr(arg) != letter
        if op is not codes.IN:
            return True
        hit = False
        for kind, value in arg:
            if kind is codes.LITERAL:
                hit = hit or chr(value) == letter
            elif kind is codes.RANGE:
                hit = hit or value[0] <= ord(letter) <= value[1]
            elif kind is codes.CATEGORY:
                name = str(value).removeprefix("CATEGORY_")
                like = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}[name.removeprefix("NOT_")]
                hit = hit or bool(re.match(like, letter)) != name.startswith("NOT_")
        return hit != (arg[0][0] is codes.NEGATE)


def attacks(pattern: re.Pattern[Any]) -> list[tuple[Any, Any, Any]]:
    """(before, repeated, after) to try on a pattern."""
    text = isinstance(pattern.pattern, str)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = sre_parse.parse(pattern.pattern, pattern.flags)
    attack = _Attack(pattern.flags, text)
    whole = attack.walk(tree, "")
    if not attack.pumps:
        return []
    letters = list(attack.letters)[:12]
    found: dict[tuple[str, str, str], None] = {}
    befores = list(dict.fromkeys(before for before, _ in attack.pumps))
    for before, pump in attack.pumps:
        for after in ("", "\0", "!", "\n"):
            found[before, pump, after] = None
        for part in (before + pump, *(pump + letter for letter in letters)):
            found["", part, "\0"] = found[before, part, "\0"] = None
    for before, part in attack.parts:
        found[before, part, "\0"] = found["", part, "\0"] = found[befores[0], part, "\0"] = None
    pairs = [a + b for a in letters[:8] for b in letters[:8] if a != b]
    for part in [*dict.fromkeys(pump for _, pump in attack.pumps), *letters, " ", "\n", *pairs]:
        for before in ("", befores[0], befores[-1]):
            found[before, part, "\0"] = None
    for part in (whole, whole[:-1], whole[1:]):
        if part:
            found["", part, ""] = found["", part, "\0"] = None
    if text:
        return list(found)
    return [(a.encode("latin-1", "replace"), b.encode("latin-1", "replace"),
             c.encode("latin-1", "replace")) for a, b, c in found]  # fmt: skip


def calls(used: Used) -> list[tuple[str, Callable[[Any], Any]]]:
    """The ways in which the pattern is used; each way of matching where that is not known."""
    pattern, known = used.pattern, used.methods or {"search", "fullmatch"}
    ways = []
    if known & {"match"}:
        ways.append(("match", pattern.match))
    if known & {"fullmatch"}:
        ways.append(("fullmatch", pattern.fullmatch))
    if known & {"search", "sub", "subn", "split", "findall", "finditer"}:
        ways.append(("search", lambda text: sum(1 for _ in pattern.finditer(text))))
    return ways


def slow_ways(used: Used, size: int = 4096) -> list[tuple[str, float, tuple[Any, Any, Any]]]:
    """How the pattern grows too fast: (method, growth, attack)."""
    suspicious: list[tuple[str, Callable[[Any], Any], tuple[Any, Any, Any]]] = []
    found: list[tuple[str, float, tuple[Any, Any, Any]]] = []
    ways = calls(used)
    now = "", len, ("", "", "")
    try:
        # what grows by powers does not even come to the size
        with at_most(1):
            for attack in attacks(used.pattern):
                short, usual = _made(attack, 28), _made(attack, size)
                for way, call in ways:
                    now = way, call, attack
                    call(short)
                    began = time.process_time()
                    call(usual)
                    if time.process_time() - began > 0.001:
                        suspicious.append(now)
    except TooLong:
        found.append((now[0], float("inf"), now[2]))
    for way, call, attack in suspicious[:20]:
        times = growth(call, lambda length, attack=attack: _made(attack, length), size)
        if times > MOST:
            found.append((way, times, attack))
            break
    return found


def _made(attack: tuple[Any, Any, Any], length: int) -> Any:
    before, pump, after = attack
    return before + pump * max(length // len(pump), 1) + after


def main() -> None:
    for used in patterns():
        began = time.process_time()
        for way, times, attack in slow_ways(used)[:1]:
            print(f"{used.where} {way} {times:.1f} {attack!r}\n    {used.pattern.pattern[:150]!r}")
        if (took := time.process_time() - began) > 0.5:
            print(f"      ({used.where}: {took:.1f} s)", file=sys.stderr)


if __name__ == "__main__":
    main()
