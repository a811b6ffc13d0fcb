"""What may come in, checked, and where results go, whole and never over anything."""

from .finding import Found, find
from .inputs import fits, read_media, read_text
from .kept import Kept, KeptInputs
from .media import LocalMedia, Media, MediaRules, RemoteMedia
from .offers import offer
from .outputs import Artifact, ArtifactType, Inspected, Outputs
from .pdf import Pdf, Pdfs, keyless_environment

__all__ = [
    "Artifact",
    "ArtifactType",
    "Found",
    "Inspected",
    "Kept",
    "KeptInputs",
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
    "offer",
    "read_media",
    "read_text",
]
