"""What may come in, checked, and where results go, whole and never over anything."""

from .apart import Apart, keyless_environment
from .finding import Found, find
from .inplace import Replaced, replaced
from .inputs import fits, is_remote, located, permitted, read_media, read_pieces, read_text
from .kept import Kept, KeptFiles
from .media import LocalFile, LocalMedia, Media, MediaRules, RemoteMedia
from .offers import offer
from .outputs import Artifact, ArtifactType, Inspected, Outputs, mark_of, own_folder, own_folders, safe_name
from .pdf import Pdf, Pdfs
from .scratch import scratch_folder, sweep_scratch
from .shelves import Shelf, Shelves, is_of_job
from .storage import NotStored, Storage, Stored, open_storage
from .uploads import Door, TooMuch, Uploads

__all__ = [
    "Apart",
    "Artifact",
    "ArtifactType",
    "Door",
    "Found",
    "Inspected",
    "Kept",
    "KeptFiles",
    "LocalFile",
    "LocalMedia",
    "Media",
    "MediaRules",
    "NotStored",
    "Outputs",
    "Pdf",
    "Pdfs",
    "RemoteMedia",
    "Replaced",
    "Shelf",
    "Shelves",
    "Storage",
    "Stored",
    "TooMuch",
    "Uploads",
    "find",
    "fits",
    "is_of_job",
    "is_remote",
    "keyless_environment",
    "located",
    "mark_of",
    "offer",
    "open_storage",
    "own_folder",
    "own_folders",
    "permitted",
    "read_media",
    "read_pieces",
    "read_text",
    "replaced",
    "safe_name",
    "scratch_folder",
    "sweep_scratch",
]
