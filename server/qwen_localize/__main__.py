"""Starts the command line. The imports allocate much and free nothing: collecting garbage meanwhile costs time."""

import gc


def main() -> int:
    """Run the command line; the exit status."""
    gc.disable()
    try:
        from .cli import main as run

        gc.freeze()
        gc.enable()
        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
