"""Files of incoming payments, one module a format: bytes to `Payment` values and back."""
