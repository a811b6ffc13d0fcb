"""What the commands take."""

import argparse
import math
from typing import Any


def add_commands(commands: Any) -> list[argparse.ArgumentParser]:
    """Add the commands to the others."""
    files = commands.add_parser("files", help="translate an app's localization files, or check their translations")
    translate = commands.add_parser("translate", help="translate a few texts, or the lines of standard input")
    image = commands.add_parser("image", help="translate the text in pictures")
    _files(files)
    _translate(translate)
    _image(image)
    added = {"files": files, "translate": translate, "image": image}
    for name, command in added.items():
        command.set_defaults(command=name)
        command.add_argument("--json", action="store_true", help="print the result as JSON alone, for scripts")
    return [*added.values()]


def _files(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", metavar="PATH", help="a project's folder, or one file")
    command.add_argument("--to", required=True, type=_languages, metavar="LANG[,LANG]", help="into which languages")
    mode = command.add_mutually_exclusive_group()
    mode.add_argument("--apply", action="store_true", help="translate and write; without it, only say what it would do")
    mode.add_argument("--check", action="store_true", help="check the translations that are there: free, and no key")
    command.add_argument("--files", default="", metavar="PATTERN", help="where they are, as locales/[locale]/*.json")
    _from(command)
    _glossary(command)
    command.add_argument("--max-cost", type=_cost, metavar="CNY", help="send nothing if it would cost more")
    command.add_argument("--model", metavar="NAME", help="another than qwen-mt-flash")


def _translate(command: argparse.ArgumentParser) -> None:
    command.add_argument("texts", nargs="+", metavar="TEXT", help="or - for the lines of standard input")
    command.add_argument("--to", required=True, metavar="LANG", help="into which language")
    _from(command)
    _glossary(command)
    command.add_argument("--model", metavar="NAME", help="another than qwen-mt-flash")


def _image(command: argparse.ArgumentParser) -> None:
    command.add_argument("images", nargs="+", metavar="FILE", help="or a folder, a pattern, or a URL")
    command.add_argument("--to", required=True, type=_languages, metavar="LANG[,LANG]", help="into which languages")
    _from(command)
    command.add_argument("--preview", action="store_true", help="only say what it would cost")
    command.add_argument("--output", metavar="DIR", help="where the pictures go, instead of QWEN_LOCALIZE_OUTPUT_DIR")


def _from(command: argparse.ArgumentParser) -> None:
    words = "the language it is in, if that is not to be found out"
    command.add_argument("--from", dest="source_lang", default="auto", metavar="LANG", help=words)


def _glossary(command: argparse.ArgumentParser) -> None:
    words = "terms and their fixed translations: JSON, CSV, TSV or TMX"
    command.add_argument("--glossary", metavar="FILE", help=words)


def _languages(text: str) -> list[str]:
    if languages := [*filter(None, (part.strip() for part in text.split(",")))]:
        return languages
    raise argparse.ArgumentTypeError("name a language, such as ru, or several: ru,de")


def _cost(text: str) -> float:
    try:
        cost = float(text)
    except ValueError:
        cost = math.nan
    if not 0 < cost < math.inf:
        raise argparse.ArgumentTypeError("a cost is a number above 0, in CNY")
    return cost
