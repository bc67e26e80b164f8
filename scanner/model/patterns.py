"""Regular expressions compiled when they are first used: compiling dozens of them is felt at every start."""

import re
from typing import Any, cast


class _Deferred:
    """Stands for a pattern; becomes it, method by method, on first use."""

    def __init__(self, text: str, flags: re.RegexFlag) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._text, self._flags)
        self.__dict__.update(
            {n: getattr(compiled, n) for n in ("search", "match", "fullmatch", "sub", "split", "findall", "finditer")}
        )
        return getattr(compiled, name)


def pattern(text: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Like `re.compile`, later. A pattern that does not compile is found out by its first use."""
    return cast("re.Pattern[str]", _Deferred(text, flags))
