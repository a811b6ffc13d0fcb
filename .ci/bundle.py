"""Pack the bundle for one-click installation into a folder: the sources, what they need pinned, and the manifest.

    uv run python .ci/bundle.py FOLDER [MCPB]

MCPB is the packer, `mcpb` of @anthropic-ai/mcpb 2.1.2; by default it is fetched by npx.
"""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PARTS = ("pyproject.toml", "uv.lock", "README.md", "LICENSE", "server", "tools")


def staged(folder: Path) -> None:
    """Put together what the bundle holds."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    for file in (ROOT / "manifests" / "mcpb").iterdir():
        shutil.copy(file, folder)


def packed(folder: Path, packer: list[str]) -> Path:
    """The bundle, packed into a folder."""
    made = folder.absolute() / "qwen-localize.mcpb"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as stage:
        staged(Path(stage))
        for step in (["validate", str(Path(stage, "manifest.json"))], ["pack", stage, str(made)]):
            subprocess.run([*packer, *step], check=True)  # noqa: S603 - the packer is the one that was named
    return made


if __name__ == "__main__":
    folder, *packer = sys.argv[1:]
    packer = shlex.split(packer[0]) if packer else ["npx", "--yes", "@anthropic-ai/mcpb@2.1.2"]
    sys.stdout.write(f"{packed(Path(folder), packer)}\n")
