"""Many pictures by one call: found, looked at, said what they cost, and done as the parts of one job."""

from .estimate import Estimate, preview, remarks
from .gathering import MOST_RESULTS, Gathered, gather, is_one
from .parts import Part, all_parts

__all__ = ["MOST_RESULTS", "Estimate", "Gathered", "Part", "all_parts", "gather", "is_one", "preview", "remarks"]
