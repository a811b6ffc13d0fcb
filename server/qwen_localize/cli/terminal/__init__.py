"""`qwen-localize files`, `translate` and `image`: tools for somebody at a terminal, or for a script."""

import argparse

# The command line imports this to know the arguments; what a command does is imported when it is done.


def run(options: argparse.Namespace) -> int:
    """Run one of the commands; the exit status: 0 fine, 1 something to look at."""
    from . import files, pictures, texts
    from .calling import explained

    commands = {"files": files.run, "translate": texts.run, "image": pictures.run}
    return 0 if explained(options) else commands[options.command](options)
