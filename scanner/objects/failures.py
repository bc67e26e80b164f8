"""What went wrong with an object, in one sentence: the address as the user typed it, the cause, and what to do."""

from scanner.model.errors import InputError, NotThere, NotWritten
from scanner.model.sanitize import quote
from scanner.objects.addresses import Address


def failed(address: Address, doing: str, why: str) -> InputError:
    """The error to raise: NotWritten when it was being written."""
    return (NotWritten if doing == "write" else InputError)(f"{address.text}: {quote(why)}")


def refused(address: Address, doing: str, status: int, said: str, needs: str) -> InputError:
    """The same for the answer of a service; `needs` is the permission that would have been enough."""
    said = said.strip().rstrip(".") or f"HTTP {status}"
    if status == 401:
        why = f"the credentials are not valid or have expired ({said}); get new ones"
    elif status == 403:
        why = f"denied ({said}); the credentials need {needs} there"
    elif status == 404:
        why = f"there is no such object or bucket ({said})"
        if doing == "read":
            return NotThere(f"{address.text}: {quote(why)}")
    elif status == 429 or status >= 500:
        why = f"the service could not be had, however often it was asked ({said}); try again later"
    else:
        why = f"the service refused it ({said})"
    return failed(address, doing, why)


def broken(address: Address, doing: str, error: BaseException) -> InputError:
    """The same for a connection that was not made, or broke off."""
    return failed(address, doing, f"the connection failed, however often it was tried ({type(error).__name__})")
