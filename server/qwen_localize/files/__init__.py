"""What may come in, checked, and where results go, whole and never over anything."""

from .apart import Apart, keyless_environment
from .finding import Found, find
from .inputs import fits, located, read_media, read_text
from .kept import Kept, KeptFiles
from .media import LocalFile, LocalMedia, Media, MediaRules, RemoteMedia
from .offers import offer
from .outputs import Artifact, ArtifactType, Inspected, Outputs
from .pdf import Pdf, Pdfs
from .scratch import scratch_folder, sweep_scratch

__all__ = [
    "Apart",
    "Artifact",
    "ArtifactType",
    "Found",
    "Inspected",
    "Kept",
    "KeptFiles",
    "LocalFile",
    "LocalMedia",
    "Media",
    "MediaRules",
    "Outputs",
    "Pdf",
    "Pdfs",
    "RemoteMedia",
    "find",
    "fits",
    "keyless_environment",
    "located",
    "offer",
    "read_media",
    "read_text",
    "scratch_folder",
    "sweep_scratch",
]
