"""`qwen-localize image`: the text in pictures."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .calling import Call, one_line, printed, say
from .places import reference


def run(options: argparse.Namespace) -> int:
    """Run the command; the exit status.

    Raises:
        LocalizeError: it cannot be done.
    """
    result = _call(options).result()
    if options.json:
        printed(result)
    elif options.preview:
        sys.stdout.write(f"{one_line(result['message'])}\n")
    else:
        pictures = [file for file in result.get("artifacts", ()) if file["mime_type"].startswith("image/")]
        sys.stdout.write("".join(f"{file['path']}\n" for file in pictures))
        say(one_line(result["message"]))
    sys.stdout.flush()
    return _status(result)


def _call(options: argparse.Namespace) -> Call:
    found = [reference(text) for text in options.images]
    images, languages = [image for image, _ in found], options.to
    arguments = {
        "image": images if len(images) > 1 else images[0],
        "target_lang": languages if len(languages) > 1 else languages[0],
        "source_lang": options.source_lang,
        "preview": options.preview,
    }
    folders = tuple(folder for _, folders in found for folder in folders)
    output = Path(options.output).expanduser().absolute() if options.output else None
    return Call("translate_image", arguments, folders, options.sandbox, options.fault, output)


def _status(result: Mapping[str, Any]) -> int:
    """1 where something failed or was left out."""
    details = result.get("details", {})
    return int(bool(details.get("failed") or details.get("left_out_count")))
