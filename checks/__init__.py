"""What mlposture collects and judges, by provider. Importing this package imports no cloud SDK."""

OWNER = "mlposture"
