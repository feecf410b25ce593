"""A placeholder that is replaced below."""
def main() -> None:
    """Start."""
