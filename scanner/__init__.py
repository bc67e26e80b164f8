"""The engine of mlposture. It knows no provider: only `cli` imports `checks` and `reports`, and only `objects` SDKs."""

#: Ownership marker, verified at start-up: three generic top-level names are easily shadowed by somebody else's package.
OWNER = "mlposture"
__version__ = "0.1.0"
#: Formats want an address for the tool. This one is reserved for documentation until the project has a public home.
HOME = "https://mlposture.example/"
