"""Recognise secrets in variables, parameters and scripts, and forget them at once: only their location is kept.

The more a name announces a secret, the less the value must look like one (`names.py`, `values.py`). A value with a
shape that only credentials have is one under any name (`shapes.py`). Texts and JSON are looked into (`texts.py`).
"""

from functools import cache


@cache
def rules() -> bytes:
    """The source of these rules: what another version of them made of a value need not be true any more."""
    from importlib.resources import files

    return b"".join(part.read_bytes() for part in sorted(files(__name__).iterdir(), key=str) if part.is_file())
