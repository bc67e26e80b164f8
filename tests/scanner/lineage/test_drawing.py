"""Lineage as it is drawn: jobs between data, dotted where nothing is certain, and never without an end."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from reports.html.lineage_chart import lineage, svg
from scanner.lineage.dataset_names import place
from scanner.lineage.drawing import draw
from scanner.lineage.lineage_graph import Graph, Sort, What

SVG = "{http://www.w3.org/2000/svg}"


def chain() -> Graph:
    """A data set, a job with two runs, a model, an endpoint, and a file that may lie in the data set."""
    graph = Graph()
    raw, file = graph.data(place("s3://claims", "raw"), "raw"), graph.data(place("s3://claims", "raw/x.csv"), "x.csv")
    model, job = graph.data(place("s3://models", "m"), "m", model=True), graph.node(Sort.JOB, "j", "claims.train")
    for number in range(2):
        run = graph.node(Sort.RUN, f"r{number}", f"r{number}", "COMPLETE")
        graph.edge(job, run, What.RAN)
        graph.edge(raw, run, What.READ)
        graph.edge(run, model, What.WROTE)
    graph.edge(model, graph.node(Sort.ENDPOINT, "e", "claims-endpoint"), What.SERVES)
    assert file
    graph.seal()
    return graph


def test_a_run_is_drawn_as_its_job_and_what_might_be_the_same_dotted() -> None:
    drawing = draw(chain())
    labels = [spot.node.label for spot in drawing.spots]

    assert sorted(labels) == ["claims-endpoint", "claims.train", "m", "raw", "x.csv"]
    columns = {spot.node.label: spot.column for spot in drawing.spots}
    assert [columns[name] for name in ("raw", "claims.train", "m", "claims-endpoint")] == [0, 1, 2, 3]
    assert {(labels[line.source], labels[line.target], line.perhaps) for line in drawing.lines} == {
        ("raw", "claims.train", False),
        ("claims.train", "m", False),
        ("m", "claims-endpoint", False),
        ("raw", "x.csv", True),
    }
    assert drawing.left_out == 0


def test_a_circle_has_columns_too() -> None:
    graph = Graph()
    data, job = graph.data(place("s3://b", "k")), graph.node(Sort.JOB, "j", "j")
    graph.edge(data, job, What.READ)
    graph.edge(job, data, What.WROTE)
    graph.seal()

    assert sorted(spot.column for spot in draw(graph).spots) in ([0, 1], [1, 2])


def test_what_there_is_no_room_for_is_counted() -> None:
    graph = Graph()
    job = graph.node(Sort.JOB, "j", "j")
    for number in range(100):
        graph.edge(job, graph.data(place("s3://b", f"k{number}")), What.WROTE)
    graph.seal()
    drawing = draw(graph, [job], most=10)

    assert (len(drawing.spots), drawing.left_out) == (10, 91)
    assert "91 more left out" in svg(drawing).decode()


def test_a_long_chain_is_drawn() -> None:
    graph = Graph()
    numbers = [graph.node(Sort.JOB, str(n), f"job {n}") for n in range(40)]
    for one, other in pairwise(numbers):
        graph.edge(one, other, What.BEGAN)
    graph.seal()

    assert [spot.column for spot in draw(graph).spots] == list(range(40))


def test_the_drawing_is_an_svg_of_its_own_that_says_in_words_what_it_shows() -> None:
    root = ET.fromstring(svg(draw(chain())))

    assert root.tag == f"{SVG}svg"
    assert len(root.findall(f"{SVG}rect")) == 5
    dotted = [one for one in root.findall(f"{SVG}path") if "perhaps" in one.get("class", "")]
    assert len(dotted) == 1
    said = root.findtext(f"{SVG}desc") or ""
    assert "claims.train leads to m. " in said and "raw is perhaps the same data as x.csv" in said


def test_hostile_names_are_text() -> None:
    graph = Graph()
    graph.node(Sort.JOB, "j", "</svg><script>alert(1)</script>\u202e")
    graph.seal()
    text = svg(draw(graph)).decode()

    assert not re.search(r"<script|\u202e", text)
    ET.fromstring(text)


def test_boxes_do_not_overlap() -> None:
    chart: Any = lineage(draw(chain()))

    assert len({(box.x, box.y) for box in chart.boxes}) == len(chart.boxes)
    assert all(box.x + 132 <= chart.width and box.y + 46 <= chart.height for box in chart.boxes)


def test_data_that_is_called_alike_is_told_apart() -> None:
    graph = Graph()
    for store in ("s3://raw-tickets", "s3://clean-tickets"):
        graph.data(place(store, "reviews"), "reviews")
    graph.data(place("s3://clean-tickets", "labels"), "labels")
    graph.seal()

    assert sorted(spot.node.label for spot in draw(graph).spots) == [
        "clean-tickets/reviews",
        "labels",
        "raw-tickets/reviews",
    ]
