"""`[trust]` that is wrong is refused in one sentence that names the file and the entry."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from scanner.cli.config import read_config, read_trust
from scanner.model.errors import InputError
from scanner.model.trust import Entry


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def one(table: str, value: str, rest: str = 'reason = "a partner"') -> str:
    return f'[[trust.{table}]]\nvalue = "{value}"\n{rest}\n'


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ("accounts", "044455556666"),
        ("organizations", "o-a1b2c3d4e5"),
        ("organizations", "123456789012"),
        ("projects", "example-labels"),
        ("projects", "example.com:example-labels"),
        ("projects", "123456789012"),
        ("addresses", "203.0.113.0/24"),
        ("addresses", "203.0.113.7"),
        ("addresses", "17.0.0.0/8"),
        ("addresses", "2001:db8::/32"),
        ("registries", "444455556666.dkr.ecr.eu-west-1.amazonaws.com"),
        ("registries", "europe-docker.pkg.dev/example-labels/images"),
        ("registries", "registry.northwind.example:5000/team"),
        ("buckets", "northwind-example-labels"),
        ("buckets", "s3://northwind-example-labels"),
        ("buckets", "gs://northwind.example"),
        ("buckets", "az://labels"),
    ],
)
def test_what_is_right_is_read(table: str, value: str, tmp_path: Path) -> None:
    path = written(tmp_path / "trust.toml", one(table, value, 'reason = " a partner "\nuntil = 2027-03-31'))

    assert read_trust(path) == (Entry(table=table, value=value, reason="a partner", until=date(2027, 3, 31)),)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            one("accounts", "44445555666"),
            r"\[\[trust.accounts\]\] entry 1 \(44445555666\): an AWS account id has 12 digits",
        ),
        (
            "[[trust.accounts]]\nvalue = 444455556666\nreason = 'x'",
            r"entry 1 \(444455556666\): value must be text in quotes, not a whole number",
        ),
        (one("accounts", "444455556666") + one("accounts", "55556666777"), r"entry 2 \(55556666777\)"),
        (one("accounts", "444455556666") * 2, r"entry 2 \(444455556666\): another entry says the same"),
        (one("registries", "Registry.example") + one("registries", "registry.example"), "another entry says the same"),
        (one("accounts", "444455556666", ""), r"entry 1 \(444455556666\): give a reason$"),
        (one("accounts", "444455556666", "reason = '  '"), r"entry 1 \(444455556666\): give a reason"),
        (
            one("accounts", "444455556666", "reason = 'x'\nuntill = 2027-01-01"),
            r"\(444455556666\): it has no untill; did you mean until\?$",
        ),
        (
            one("accounts", "444455556666", "reason = 'x'\nuntil = 'soon'"),
            r"\(444455556666\): until must be a date such as 2027-03-31$",
        ),
        (
            one("accounts", "444455556666", "reason = 'x'\nuntil = 2027-01-01T00:00:00"),
            r"\(444455556666\): until must be a date such as 2027-03-31, not a date with a time$",
        ),
        (one("organizations", "northwind"), r"organizations.* \(northwind\): an organisation of AWS is o-"),
        (one("projects", "Northwind"), r"projects.* \(Northwind\): a project of Google Cloud is"),
        (one("addresses", "203.0.113.7/24"), r"addresses.* \(203.0.113.7/24\): .* has host bits set"),
        (one("addresses", "office"), r"addresses.* \(office\): give an address or a range"),
        (one("addresses", "0.0.0.0/0"), r"\(0.0.0.0/0\): nobody owns a range wider than a /8"),
        (one("addresses", "16.0.0.0/7"), r"\(16.0.0.0/7\): nobody owns a range wider than a /8"),
        (one("addresses", "::/0"), r"\(::/0\): nobody owns a range wider than a /16"),
        (one("registries", "*.amazonaws.com"), r"registries.* \(\*.amazonaws.com\): give the host of a registry"),
        (one("registries", "https://registry.example"), "give the host of a registry"),
        (one("registries", "registry.example/team:1"), "give the host of a registry"),
        (one("buckets", "s3://labels/a/key"), r"buckets.* \(s3://labels/a/key\): give the name of a bucket"),
        (one("buckets", "*"), r"buckets.* \(\*\): give the name of a bucket"),
        (one("friends", "x"), r"\[trust\] has no friends; it has accounts, organizations, "),
        ("[trust.accounts]\nvalue = 'x'", r"\[trust\] accounts: begin each entry with \[\[trust.accounts\]\]"),
        ("[trust]\naccounts = ['444455556666']", r"entry 1 \(444455556666\): must be a table, not text in quotes$"),
        ("[[trust.accounts]]\nvalu = '444455556666'", r"accounts\]\] entry 1: it has no valu; did you mean value\?$"),
        ("[[trust.accounts]]", r"accounts\]\] entry 1: give a value$"),
        (one("acounts", "444455556666"), r"\[trust\] has no acounts; did you mean accounts\?$"),
        ("[[trst.accounts]]", r"it has no trst; did you mean trust\?$"),
        ("trust = 3", r"\[trust\]: begin each entry with its table, such as \[\[trust.accounts\]\]$"),
        ("[[trust]]\nvalue = 'x'", r"\[trust\]: begin each entry with its table"),
        (
            one("accounts", "４４４４５５５５６６６６"),
            r"accounts.*: an AWS account id has 12 digits, each from 0 to 9$",
        ),
        (one("organizations", "１２３４５６"), "organizations.*: an organisation of AWS is"),
        (one("projects", "１２３４５６"), "projects.*: a project of Google Cloud is"),
        (one("addresses", "203.0.113.0/２４"), "addresses.*: give an address or a range"),
        (one("registries", "registry.example:５０００"), "registries.*: give the host"),
        (one("accounts", r"444455556666\u0000"), "accounts.*: an AWS account id has 12 digits"),
        (one("accounts", "444455556666", r'reason = "x\u001b[2K"'), "the reason has characters that cannot be shown$"),
        ("", "names nothing to trust"),
        ("[trust]", "names nothing to trust"),
    ],
)
def test_what_is_wrong_is_refused_by_file_and_entry(content: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path / "trust.toml", content)

    with pytest.raises(InputError, match=says) as refused:
        read_trust(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)
    assert not re.search(r"\$|Expected `|Object|`", str(refused.value))  # the decoder's own words


def test_a_configuration_file_is_refused_for_its_trust_too(tmp_path: Path) -> None:
    path = written(tmp_path / "mlposture.toml", "[aws]\n" + one("accounts", "1"))

    with pytest.raises(InputError, match=r"mlposture.toml: \[\[trust.accounts\]\] entry 1 \(1\): an AWS account id"):
        read_config(path)


def test_the_same_file_serves_both_ways(tmp_path: Path) -> None:
    path = written(tmp_path / "mlposture.toml", "[aws]\n" + one("accounts", "444455556666"))

    assert read_config(path).trust == read_trust(path) != ()
