"""Which part of a graph is drawn: what leads to some nodes and what comes of them, in columns from left to right.

Runs are drawn as the job they are of. What only might be the same data is joined by an edge that is `perhaps`, and
drawn dotted. What is left out for want of room is counted.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.lineage.lineage_graph import Graph, Node, Sort, What

#: Nodes of a drawing. More can be read by nobody.
MOST = 40
#: Neighbours of one node that are looked at: a bucket may be read by a million runs.
_NEIGHBOURS = 200
_DATA = (Sort.DATASET, Sort.MODEL)


class Spot(NamedTuple):
    """A node of a drawing, and the column that it stands in."""

    node: Node
    column: int


class Line(NamedTuple):
    """An edge of a drawing, between places of its nodes. One that is only perhaps there has no direction."""

    source: int
    target: int
    perhaps: bool


class Drawing(NamedTuple):
    """Nodes by columns, from left to right, the edges between them, and how many more nodes there are next to them."""

    spots: tuple[Spot, ...]
    lines: tuple[Line, ...]
    left_out: int


def draw(graph: Graph, starts: Iterable[int] = (), most: int = MOST) -> Drawing:
    """What lies around these nodes; without any, around the models and endpoints, or else all that there is."""
    begin = list(starts) or [node.number for node in graph.nodes(Sort.ENDPOINT, Sort.MODEL)]
    waiting = deque(_shown(graph, number) for number in begin or [node.number for node in graph.nodes()])
    chosen: dict[int, None] = {}
    left: set[int] = set()
    while waiting:
        number = waiting.popleft()
        if number in chosen:
            continue
        if len(chosen) >= most:
            left.add(number)
            continue
        chosen[number] = None
        waiting.extend(other for pair in _edges(graph, number) for other in pair[:2] if other not in chosen)
    lines = {pair for number in chosen for pair in _edges(graph, number) if pair[0] in chosen and pair[1] in chosen}
    return _arranged(graph, sorted(chosen), sorted(lines), len(left))


def _shown(graph: Graph, number: int) -> int:
    """What a node is drawn as: a run as its job."""
    if graph.at(number).sort is not Sort.RUN:
        return number
    return next((edge.source for edge in graph.into(number) if edge.what is What.RAN), number)


def _edges(graph: Graph, number: int) -> Iterator[tuple[int, int, bool]]:
    """The edges of a node as they are drawn: source, target, and whether they are only perhaps there."""
    node = graph.at(number)
    runs = [edge.target for edge in graph.out_of(number) if edge.what is What.RAN] if node.sort is Sort.JOB else []
    for one in (number, *runs[:_NEIGHBOURS]):
        for edge in (*graph.into(one)[:_NEIGHBOURS], *graph.out_of(one)[:_NEIGHBOURS]):
            source, target = _shown(graph, edge.source), _shown(graph, edge.target)
            if edge.what is not What.RAN and source != target:
                yield source, target, False
    if node.sort in _DATA:
        for other in graph.perhaps(number):
            yield min(number, other), max(number, other), True


def _arranged(graph: Graph, numbers: list[int], lines: list[tuple[int, int, bool]], left: int) -> Drawing:
    """Each node in the column after those that lead to it; where edges go round in a circle, the last is no reason."""
    before: dict[int, list[int]] = {number: [] for number in numbers}
    for source, target, perhaps in lines:
        if not perhaps:
            before[target].append(source)
    columns: dict[int, int] = {}

    def column(number: int, above: frozenset[int]) -> int:
        if number not in columns:
            inner = above | {number}
            columns[number] = max((column(one, inner) + 1 for one in before[number] if one not in inner), default=0)
        return columns[number]

    order = sorted(numbers, key=lambda number: (column(number, frozenset()), number))
    at = {number: place for place, number in enumerate(order)}
    nodes = _told_apart([graph.at(number) for number in order])
    spots = tuple(Spot(node, columns[node.number]) for node in nodes)
    return Drawing(spots, tuple(Line(at[source], at[target], perhaps) for source, target, perhaps in lines), left)


def _told_apart(nodes: list[Node]) -> list[Node]:
    """Data that is called alike, by the whole of its address: `reviews` of two buckets are two."""
    alike = Counter(node.label for node in nodes if node.sort in _DATA)
    return [
        node._replace(label=node.key.partition("://")[2] or node.key)
        if node.sort in _DATA and alike[node.label] > 1
        else node
        for node in nodes
    ]
