"""Starts the command line."""


def main() -> int:
    """Run the command line; the exit status."""
    try:
        from .cli import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
