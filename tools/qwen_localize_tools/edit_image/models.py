"""The families of image editing models and their rules (docs/model-studio.md 5)."""

import re
from dataclasses import dataclass

from qwen_localize.errors import BadArgument, quote
from qwen_localize.tool import Limit, Model, Price

_BEIJING, _SINGAPORE = "cn-beijing", "ap-southeast-1"
_SIZE = re.compile(r"(\d{1,5})\s*[*x×]\s*(\d{1,5})", re.IGNORECASE)

# Common shapes by name, within every family's rules, with sides that are multiples of 16 as the service's are.
RATIOS = {
    "1:1": (1024, 1024),
    "4:3": (1152, 864),
    "3:4": (864, 1152),
    "3:2": (1248, 832),
    "2:3": (832, 1248),
    "16:9": (1280, 720),
    "9:16": (720, 1280),
    "21:9": (1536, 656),
}


@dataclass(frozen=True)
class Family:
    """What the models of a family take.

    Attributes:
        most: pictures at once.
        pixels: bounds for width times height; None if sides count.
        sides: bounds for each side; None if pixels count, or no size is taken.
        extends: whether it takes prompt_extend.
    """

    most: int
    pixels: tuple[int, int] | None = None
    sides: tuple[int, int] | None = None
    extends: bool = True


NEWEST = Family(6, pixels=(512 * 512, 2048 * 2048))
PLUS = Family(6, sides=(512, 2048))
FIRST = Family(1, extends=False)

_SNAPSHOTS = {
    "qwen-image-2.0": (NEWEST, 120, 0.2, 0.256873, ("2026-03-03",)),
    "qwen-image-2.0-pro": (NEWEST, 2, 0.5, 0.550443, ("2026-03-03", "2026-04-22", "2026-06-22")),
    "qwen-image-edit-max": (PLUS, 2, 0.5, 0.550443, ("2026-01-16",)),
    "qwen-image-edit-plus": (PLUS, 120, 0.2, 0.220177, ("2025-10-30", "2025-12-15")),
    "qwen-image-edit": (FIRST, 120, 0.3, 0.330266, ()),
}

FAMILIES: dict[str, Family] = {
    name: family
    for base, (family, _, _, _, dates) in _SNAPSHOTS.items()
    for name in (base, *(f"{base}-{date}" for date in dates))
}

MODELS: dict[str, Model] = {
    name: Model(
        name, (_BEIJING, _SINGAPORE), Limit(rpm), {_BEIJING: Price(result=cn), _SINGAPORE: Price(result=abroad)}
    )
    for base, (_, rpm, cn, abroad, dates) in _SNAPSHOTS.items()
    for name in (base, *(f"{base}-{date}" for date in dates))
}


def check(name: str, n: int, size: str | None, prompt_extend: bool | None) -> str | None:
    """The size as the service writes it, if one was asked for, after all rules of the model's family.

    Raises:
        BadArgument: names the rule and a value that works.
    """
    family = FAMILIES[name]
    if n > family.most:
        raise BadArgument(
            f"n: {name} makes {family.most} picture(s) at once, not {n}. Use n={family.most}, or qwen-image-2.0."
        )
    if prompt_extend is not None and not family.extends:
        raise BadArgument(f"prompt_extend: {name} does not take it. Leave it out, or use qwen-image-2.0.")
    if size is None:
        return None
    if family.pixels is None and family.sides is None:
        raise BadArgument(f"size: {name} takes none, and keeps the picture's own. Leave it out, or use qwen-image-2.0.")
    width, height = _parsed(size)
    _fits(name, family, width, height)
    return f"{width}*{height}"


def _parsed(size: str) -> tuple[int, int]:
    text = size.strip()
    if text in RATIOS:
        return RATIOS[text]
    match = _SIZE.fullmatch(text)
    if not match:
        names = ", ".join(RATIOS)
        raise BadArgument(f"size: {quote(size, 40)} is neither W*H in pixels nor one of {names}. Use 1024*1024.")
    return int(match[1]), int(match[2])


def _fits(name: str, family: Family, width: int, height: int) -> None:
    if family.pixels and not family.pixels[0] <= width * height <= family.pixels[1]:
        raise BadArgument(
            f"size: {name} makes 512*512 to 2048*2048 pixels in all; {width}*{height} is not that. Use 1024*1024."
        )
    if family.sides and not all(family.sides[0] <= side <= family.sides[1] for side in (width, height)):
        raise BadArgument(
            f"size: each side must have 512 to 2048 pixels for {name}; {width}*{height} does not. Use 1024*1024."
        )
