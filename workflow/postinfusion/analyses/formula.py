"""Model formulas: text to a list of terms, in R's order. A formula is parsed, never evaluated.

Grammar, loosest first: ``+ -``, ``*``, ``:``, ``^`` (up to 3), parentheses; ``1`` and ``0`` for the intercept; columns
with letters, digits, dots and underscores, or anything in backticks; ``log(x) log1p(x) sqrt(x) poly(x, degree)
ns(x, df) ns(x, knots = c(knot, knot, ...))``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from postinfusion.errors import ModelError, nearest

MAX_LENGTH = 4_000
MAX_TERMS = 500
MAX_DEPTH = 30
MAX_POWER = 3
MAX_DEGREE = 10
FUNCTIONS = ("log", "log1p", "sqrt", "poly", "ns")
KNOTS = [("sign", ","), ("name", "knots"), ("sign", "=")]

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)|(?P<name>[^\W\d][\w.]*|\.[^\W\d][\w.]*)"
    r"|`(?P<quoted>[^`]+)`|(?P<sign>[-+*:^(),=]))"
)


@dataclass(frozen=True)
class Factor:
    """One column of the data, as it is or through a function.

    Attributes
    ----------
    variable
        Name of the column.
    function
        Empty, or one of ``log log1p sqrt poly ns``.
    parameters
        The degree of ``poly``; the number of columns or the interior knots of ``ns``.
    names_knots
        Whether the parameters of ``ns`` are its knots.
    """

    variable: str
    function: str = ""
    parameters: tuple[float, ...] = ()
    names_knots: bool = False

    def __str__(self) -> str:
        """Give the factor as it is written in a formula."""
        if not self.function:
            return self.variable
        numbers = [f"{x:g}" for x in self.parameters]
        if self.names_knots:
            return f"{self.function}({self.variable}, knots = c({', '.join(numbers)}))"
        return f"{self.function}({', '.join([self.variable, *numbers])})"


Term = tuple[Factor, ...]


@dataclass(frozen=True)
class Formula:
    """The terms of a model in R's order: by the number of factors, then as multiplying the formula out makes them.

    Attributes
    ----------
    intercept
        Whether the model has one.
    terms
        Each a tuple of distinct factors, in the order in which the factors first appear in the formula.
    """

    intercept: bool
    terms: tuple[Term, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Name the columns that the formula needs, in order of appearance."""
        return tuple(dict.fromkeys(factor.variable for term in self.terms for factor in term))


def term_name(term: Term) -> str:
    """Give a term as it is written: ``TRTP:AVISIT``."""
    return ":".join(str(factor) for factor in term)


def parse_formula(text: str) -> Formula:
    """Parse the right side of a model formula.

    Parameters
    ----------
    text
        For example ``TRTP * AVISIT + BASE * AVISIT``.

    Raises
    ------
    ModelError
        The text is not a formula of this grammar, or it is too large.
    """
    if not isinstance(text, str):
        raise ModelError(
            f'A formula is text, the right side of the model such as "TRTP * AVISIT"; this one is {text!r:.40}'
        )
    if len(text) > MAX_LENGTH:
        raise ModelError(f"The formula has {len(text):,} characters; at most {MAX_LENGTH:,} are allowed")
    parser = _Parser(text)
    terms = parser.parse()
    intercept = parser.intercept
    place = {factor: index for index, factor in reversed(list(enumerate(parser.factors)))}
    ordered = sorted((tuple(sorted(term, key=place.__getitem__)) for term in terms), key=len)
    if not intercept and not ordered:
        raise ModelError(f'The formula "{text}" has neither terms nor an intercept')
    return Formula(intercept, tuple(ordered))


class _Parser:
    """A recursive-descent parser; each method reads one level of the grammar and gives its terms."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.position = 0
        self.depth = 0
        self.adds = True
        self.intercept = True
        self.factors: list[Factor] = []

    def parse(self) -> list[Term]:
        """Read the whole text."""
        terms = self._sum()
        if self.position < len(self.tokens):
            raise self._error(f'"{self._peek()}" is not expected here')
        return terms

    def _peek(self) -> str:
        """Give the next token's text; empty at the end."""
        return self.tokens[self.position][1] if self.position < len(self.tokens) else ""

    def _accept(self, *signs: str) -> str:
        """Read the next token when it is one of these signs."""
        if self.position < len(self.tokens) and self.tokens[self.position] in [("sign", sign) for sign in signs]:
            self.position += 1
            return self.tokens[self.position - 1][1]
        return ""

    def _expect(self, sign: str) -> None:
        """Read this sign or complain."""
        if not self._accept(sign):
            raise self._error(f'"{sign}" is missing before "{self._peek() or "the end"}"')

    def _sum(self) -> list[Term]:
        """Read ``a + b - c``; subtraction takes terms away."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(f"parentheses are nested more than {MAX_DEPTH} deep")
        terms = self._without([]) if self._accept("-") else self._product()
        while sign := self._accept("+", "-"):
            terms = _united(terms, self._product()) if sign == "+" else self._without(terms)
            self._check_size(terms)
        self.depth -= 1
        return terms

    def _without(self, terms: list[Term]) -> list[Term]:
        """Read what follows a minus sign and take it away; ``- 1`` takes the intercept away."""
        self.adds = not self.adds
        removed = {_key(term) for term in self._product()}
        self.adds = not self.adds
        return [term for term in terms if _key(term) not in removed]

    def _product(self) -> list[Term]:
        """Read ``a * b``, which is ``a + b + a:b``."""
        terms = self._interaction()
        while self._accept("*"):
            more = self._interaction()
            terms = _united(_united(terms, more), _crossed(terms, more))
            self._check_size(terms)
        return terms

    def _interaction(self) -> list[Term]:
        """Read ``a : b``."""
        terms = self._power()
        while self._accept(":"):
            other = self._power()
            if not (terms and other):
                raise self._error("1 and 0 stand for the intercept, which does not interact")
            terms = _crossed(terms, other)
            self._check_size(terms)
        return terms

    def _power(self) -> list[Term]:
        """Read ``(a + b)^2``: all interactions up to that order."""
        base = terms = self._atom()
        if self._accept("^"):
            for _ in range(self._whole_number("the power", MAX_POWER) - 1):
                terms = _crossed(base, terms)
                self._check_size(terms)
        return terms

    def _atom(self) -> list[Term]:
        """Read a column, a function of a column, an intercept, or parentheses."""
        if self._accept("("):
            terms = self._sum()
            self._expect(")")
            return terms
        kind, text = self.tokens[self.position] if self.position < len(self.tokens) else ("end", "the end")
        self.position += 1
        if kind == "number" and text in ("0", "1"):
            self.intercept = (text == "1") == self.adds
            return []
        if kind not in ("name", "quoted"):
            raise self._error(f'a column is missing before "{text}"')
        factor = self._call(text) if kind == "name" and self._peek() == "(" else Factor(text)
        self.factors.append(factor)
        return [(factor,)]

    def _call(self, function: str) -> Factor:
        """Read ``f(x, 1)`` or ``ns(x, knots = c(1, 2))``."""
        if function not in FUNCTIONS:
            raise self._error(
                f'"{function}" is no known function; known are {", ".join(FUNCTIONS)}. {nearest(function, FUNCTIONS)}'
            )
        self._expect("(")
        kind, variable = self.tokens[self.position] if self.position < len(self.tokens) else ("end", "the end")
        if kind not in ("name", "quoted"):
            raise self._error(f'{function} takes the name of a column first, not "{variable}"')
        self.position += 1
        if self.tokens[self.position : self.position + 3] == KNOTS:
            self.position += 3
            knots = self._knots(function)
            self._expect(")")
            return self._checked(Factor(variable, function, knots, names_knots=True))
        numbers = []
        while self._accept(","):
            numbers.append(self._number(function))
        self._expect(")")
        return self._checked(Factor(variable, function, tuple(numbers)))

    def _knots(self, function: str) -> tuple[float, ...]:
        """Read ``c(1, 2)``, or a single knot."""
        if self._peek() != "c":
            return (self._number(function),)
        self.position += 1
        self._expect("(")
        knots = [self._number(function)]
        while self._accept(","):
            knots.append(self._number(function))
        self._expect(")")
        return tuple(knots)

    def _checked(self, factor: Factor) -> Factor:
        """Refuse wrong numbers of parameters, degrees that are no small whole number, knots out of order."""
        numbers = factor.parameters
        if factor.function in ("log", "log1p", "sqrt") and numbers:
            raise self._error(f"{factor.function} takes only a column")
        if factor.function == "poly" and (len(numbers) != 1 or numbers[0] not in range(1, MAX_DEGREE + 1)):
            raise self._error(f"poly takes a column and a degree from 1 to {MAX_DEGREE}, as in poly(time, 2)")
        if factor.names_knots and (factor.function != "ns" or list(numbers) != sorted(set(numbers))):
            raise self._error("knots are for ns, and rise: ns(time, knots = c(24, 168))")
        counts = len(numbers) == 1 and numbers[0] in range(1, MAX_DEGREE + 1)
        if factor.function == "ns" and not factor.names_knots and not counts:
            raise self._error(
                f"ns takes a column and how many columns it becomes, 1 to {MAX_DEGREE}, as in ns(time, 3), "
                "or its knots, as in ns(time, knots = c(24, 168))"
            )
        return factor

    def _number(self, function: str) -> float:
        """Read a number with its sign."""
        sign = -1.0 if self._accept("-") else 1.0
        kind, text = self.tokens[self.position] if self.position < len(self.tokens) else ("end", "the end")
        self.position += 1
        if kind != "number":
            raise self._error(f'{function} takes numbers after the column, not "{text}"')
        return sign * float(text)

    def _whole_number(self, what: str, largest: int) -> int:
        """Read a whole number from 1 up."""
        value = self._number(what)
        if value not in range(1, largest + 1):
            raise self._error(f"{what} is {value:g}; allowed are 1 to {largest}")
        return int(value)

    def _check_size(self, terms: list[Term]) -> None:
        """Refuse formulas that grow without bound."""
        if len(terms) > MAX_TERMS:
            raise self._error(f"it has more than {MAX_TERMS} terms")

    def _error(self, what: str) -> ModelError:
        """Give the error with the formula."""
        return ModelError(f'The formula "{self.text}" cannot be read: {what}')


def _tokens(text: str) -> list[tuple[str, str]]:
    """Cut the text into tokens."""
    tokens, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if match is None:
            found = text[position:].strip()[0]
            raise ModelError(
                f'The formula "{text}" cannot be read: "{found}" is not allowed; allowed are columns, + - * : ^ ( ), '
                "names with other characters in backticks"
            )
        kind = str(match.lastgroup)
        tokens.append((kind, match.group(kind)))
        position = match.end()
    return tokens


def _key(term: Term) -> frozenset[Factor]:
    """Give what makes two terms the same: the order of factors does not matter."""
    return frozenset(term)


def _unique(terms: Iterable[Term]) -> list[Term]:
    """Keep the first of equal terms."""
    found: dict[frozenset[Factor], Term] = {}
    for term in terms:
        found.setdefault(_key(term), term)
    return list(found.values())


def _united(first: list[Term], second: list[Term]) -> list[Term]:
    """Give the terms of both lists."""
    return _unique([*first, *second])


def _crossed(first: list[Term], second: list[Term]) -> list[Term]:
    """Give the interactions of each term of one list with each of the other."""
    return _unique(tuple(dict.fromkeys([*a, *b])) for a in first for b in second)
