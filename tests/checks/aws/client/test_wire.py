"""Replies that are read without the SDK mean what the SDK makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from functools import cache

import botocore.parsers
import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import registered

from checks.aws.client import wire
from checks.aws.client.shapes import find, services
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason

OPERATIONS = [(service, name) for service, known in services().items() for name in known.operations]
NOW = 1700000000


@cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


@cache
def shape_of(service, name):
    return model(service).operation_model(name).output_shape


def by_botocore(service, name, body):
    response = {"body": body, "headers": {}, "status_code": 200}
    reply = botocore.parsers.create_parser("json").parse(response, shape_of(service, name))
    del reply["ResponseMetadata"]
    return reply


def sample(shape, draw=lambda: True, times=lambda: NOW + 0.25):
    """Something of this shape, as it comes over the wire; `draw` says whether an optional part is there."""
    kind = shape.type_name
    if kind == "structure":
        members = dict(list(shape.members.items())[:1]) if shape.is_tagged_union else shape.members
        return {
            name: sample(member, draw, times) for name, member in members.items() if shape.is_tagged_union or draw()
        }
    if kind == "list":
        return [sample(shape.member, draw, times)]
    if kind == "map":
        return {"CreationTime": sample(shape.value, draw, times)}
    values = {"boolean": True, "integer": 7, "long": 7, "float": 0.5, "double": 0.5}
    return times() if kind == "timestamp" else values.get(kind, "2026-01-01T00:00:00Z")


@pytest.mark.parametrize("service", services())
def test_full_replies_of_every_known_operation_read_as_botocore_reads_them(service):
    for name, shape in services()[service].operations.items():
        body = json.dumps(sample(shape_of(service, name))).encode()
        assert wire.json_reply(shape, body) == by_botocore(service, name, body), name


@settings(max_examples=300)
@given(data=st.data())
def test_partial_replies_read_as_botocore_reads_them(data):
    service, name = data.draw(st.sampled_from(OPERATIONS))
    numbers = st.integers(0, 4 * 10**9) | st.floats(0, 4e9) | st.sampled_from([0, -1.5, 1e9 + 0.1])
    spelled = numbers | st.just("2026-01-01T00:00:00Z") | st.just("1700000000")
    body = json.dumps(
        sample(shape_of(service, name), lambda: data.draw(st.booleans()), lambda: data.draw(spelled))
    ).encode()
    expected = by_botocore(service, name, body)
    if expected:
        assert wire.json_reply(find(service, name), body) == expected
    else:
        with pytest.raises(CallFailed, match="empty"):
            wire.json_reply(find(service, name), body)


def test_times_are_in_utc():
    reply = wire.json_reply(find("sagemaker", "DescribeModel"), b'{"ModelName": "m", "CreationTime": 1700000000.5}')

    assert reply["CreationTime"] == datetime.fromtimestamp(NOW + 0.5, UTC)
    assert reply["CreationTime"].tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '"x"',
        "<html>",
        '{"Models": 5}',
        '{"Models": "abc"}',
        '{"Models": ["m"]}',
        '{"Models": [{"CreationTime": {}}]}',
        '{"Models": [{"CreationTime": "soon"}]}',
        '{"Models": [{"CreationTime": 1e300}]}',
        '{"Models": [{"CreationTime": NaN}]}',
    ],
)
def test_what_is_no_reply_is_malformed(text):
    with pytest.raises(CallFailed) as caught:
        wire.json_reply(find("sagemaker", "ListModels"), text.encode())

    assert caught.value.reason is Reason.MALFORMED
    assert not caught.value.retry


@pytest.mark.parametrize("text", ["{}", '{"ModelName": null}', '{"message": "busy"}', '{"__type": "InternalFailure"}'])
def test_what_holds_nothing_of_the_reply_is_empty(text):
    with pytest.raises(CallFailed, match="the reply is empty"):
        wire.json_reply(find("sagemaker", "DescribeModel"), text.encode())


def test_times_are_asked_with_as_seconds():
    berlin = timezone(timedelta(hours=1))
    moment = datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=berlin)
    body = wire.json_body({"CreationTimeAfter": moment, "Filters": [{"Value": "x"}], "MaxResults": 100})

    assert json.loads(body) == {"CreationTimeAfter": 1767319445, "Filters": [{"Value": "x"}], "MaxResults": 100}


#: Operations that page, and that botocore has no paginator for.
WITHOUT_PAGINATOR = {"QueryLineage"}


def test_listings_page_as_botocore_says():
    session = botocore.session.get_session()
    for service, known in services().items():
        pages = session.get_paginator_model(service)
        for name, shape in known.operations.items():
            if not shape.items:
                continue
            listed = shape.items.split()
            assert set(listed) <= shape.members
            if name in WITHOUT_PAGINATOR:
                model = session.get_service_model(service).operation_model(name)
                assert "NextToken" in model.input_shape.members.keys() & model.output_shape.members.keys()
                continue
            paging = pages.get_paginator(name)
            keys = paging["result_key"]
            assert ([keys] if isinstance(keys, str) else keys) == listed
            assert (paging["input_token"], paging["output_token"]) == ("NextToken", "NextToken")


def test_every_sagemaker_operation_that_is_declared_is_known():
    declared = {
        operation for made in registered()[1].values() for operation in made.operations if "sagemaker:" in operation
    }

    assert declared
    assert [operation for operation in declared if find(*operation.split(":")) is None] == []
    assert find("sagemaker", "Search") is not None
    assert find("sagemaker", "CreateModel") is None
    assert find("bedrock", "ListGuardrails") is None
