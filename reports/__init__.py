"""Renderings of a report, one module a format; `FORMATS` is the explicit table of them."""

OWNER = "mlposture"
