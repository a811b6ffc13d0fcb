"""A picture of before and after."""

from pathlib import Path

from PIL import Image

_GAP = 24


def side_by_side(before: Path, after: Path, target: Path) -> Path:
    """Write both pictures next to each other, at the height of the first; returns `target`."""
    with Image.open(before) as left, Image.open(after) as right:
        scaled = right.convert("RGB").resize((right.width * left.height // right.height, left.height))
        sheet = Image.new("RGB", (left.width + _GAP + scaled.width, left.height), "white")
        sheet.paste(left.convert("RGB"), (0, 0))
        sheet.paste(scaled, (left.width + _GAP, 0))
    sheet.save(target, quality=88)
    return target
