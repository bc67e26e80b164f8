"""Terraform's language: blocks and attributes with their lines, and the line of a mistake."""

from __future__ import annotations

import pytest

from scanner.model.errors import InputError
from scanner.source.hcl import Block, parse
from scanner.source.nodes import descend


def only(text: str) -> Block:
    [block] = parse(text.encode(), "main.tf")
    return block


def at(block: Block, path: str) -> tuple[int, int, int]:
    """Line and column of what a path leads to, and how many of its names are there."""
    node, depth = descend(block.node, path.split("."))
    return node.line, node.column, depth


BLOCK = """\
# a comment
resource "azapi_resource" "x" {
  type = "M@1"
  body = jsonencode({
    properties = {
      "publicNetworkAccess" = "Enabled"
      rules = [{ a = 1 }, {
        b = 2
      }]
    }
  })
  dynamic "network_rules" {
    for_each = [1]
    content {
      default_action = "Allow"
    }
  }
  a { b = 1 }
  a {
    c = 2
  }
  tags = merge(local.t, { ü = 1, yor = "x" })
}
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("type", (3, 3, 1)),
        ("body.properties.publicNetworkAccess", (6, 7, 3)),
        ("body.properties.rules.b", (8, 9, 4)),
        ("body.properties.gone", (5, 5, 2)),
        ("network_rules.default_action", (15, 7, 2)),
        ("a.b", (18, 7, 2)),
        ("a.c", (20, 5, 2)),
        ("a.d", (18, 3, 1)),
        ("tags.yor", (22, 34, 2)),
        ("gone", (2, 1, 0)),
    ],
)
def test_a_path_leads_as_far_as_it_is_there(path: str, found: tuple[int, int, int]) -> None:
    assert at(only(BLOCK), path) == found


def test_a_block_has_its_labels_its_line_and_its_end() -> None:
    block = only(BLOCK)

    assert (block.type, block.labels) == ("resource", ("azapi_resource", "x"))
    assert (block.node.line, block.node.end) == (2, 23)
    assert block.node.text == 'resource "azapi_resource" "x" {'


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ('module "a" {\n  source = "./modules/a"\n}', "./modules/a"),
        ('module "a" {\n  source = "${var.x}/a"\n}', ""),
        ('module "a" {\n  source = var.x\n}', ""),
        ('module "a" {\n}', ""),
    ],
)
def test_a_module_says_where_it_is_from_if_it_does_so_plainly(text: str, source: str) -> None:
    assert only(text).source == source


@pytest.mark.parametrize(
    "expression",
    [
        "2e3 + 1.5E-3",
        "!var.x && -1 < 2",
        "var.a ? { x = 1 } : null",
        "[for k, v in var.m : { id = k } if v != null]",
        "{ for k, v in var.m : k => v... }",
        'provider::aws::arn_parse("x")',
        "a.b[*].c",
        '"a\\"b ${"c"} %{ if true }d%{ endif } 100% $5"',
        '<<EOT\nhello ${var.x}\n{ "not": [a block\nEOT',
        '<<-EOT\n    $${x} 100%\n    EOT',
        "f(a...)",
        '"ü 模型"',
    ],
)  # fmt: skip
def test_whatever_terraform_takes_is_understood(expression: str) -> None:
    block = only(f'resource "a" "b" {{\n  x = {expression}\n  y = 1\n}}\n')

    assert at(block, "x") == (2, 3, 1)
    assert at(block, "y") == (4 + expression.count("\n") - 1, 3, 1)


def test_windows_ends_its_lines_otherwise() -> None:
    assert at(only(BLOCK.replace("\n", "\r\n")), "a.c") == (20, 5, 2)
    assert only(BLOCK.replace("\n", "\r\n")).node.text == 'resource "azapi_resource" "x" {'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "a" "b" {\n  x = \n  y = 1\n}\n', 2),
        ('resource "a" "b" {\n\n\n  x = [1, 2\n  y = 3\n}\n', 5),
        ('resource "a" "b" {\n  x = 1\n', 3),
        ("}\n", 1),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), "infra/main.tf")

    said = "is no HCL here; `terraform validate` says what is wrong with it"
    assert str(caught.value) == f"infra/main.tf:{line}: {said}"


def test_what_is_nested_without_end_is_refused() -> None:
    with pytest.raises(InputError, match=r"main\.tf"):
        parse(b"x " + b"{ y = [" * 20_000, "main.tf")
    text = 'resource "a" "b" {\n x = ' + "{ y = " * 3000 + "1" + " }" * 3000 + "\n}\n"
    with pytest.raises(InputError, match="nested too deeply"):
        parse(text.encode(), "main.tf")
