"""Argument types that several tools share."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from qwen_localize.wellformed import parsed


class Term(BaseModel):
    """A pair of a glossary or a translation memory."""

    model_config = ConfigDict(extra="forbid")

    source: str = Field(min_length=1)
    target: str = Field(min_length=1)


def _unpacked(value: Any) -> Any:
    """Some hosts send a list of strings as one JSON string; any other text is meant as it is."""
    items = _json(value) if isinstance(value, str) and value.lstrip().startswith("[") else None
    return items if isinstance(items, list) and items and all(isinstance(item, str) for item in items) else value


def _as_pairs(value: Any) -> Any:
    """Pairs may also be packed as JSON, and written as an object of sources with their targets."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        value = _json(value)
    if isinstance(value, dict) and value.keys() != {"source", "target"}:
        return [{"source": source, "target": target} for source, target in value.items()]
    return [value] if isinstance(value, dict) else value


def unpacked_words(value: Any) -> Any:
    """Words, or pairs of them, may also be packed as JSON, or be pairs of source and target."""
    if isinstance(value, str):
        value = _json(value) if value.lstrip()[:1] in ("[", "{") else [value] if value.strip() else []
    if isinstance(value, list) and value and all(_is_pair(item) for item in value):
        return {item["source"]: item["target"] for item in value}
    return value


def _is_pair(item: Any) -> bool:
    return isinstance(item, dict) and item.keys() == {"source", "target"}


def _json(text: str) -> Any:
    try:
        return parsed(text.encode(errors="surrogatepass"))
    except ValueError:
        return text


Text = Annotated[
    str | list[str],
    BeforeValidator(_unpacked),
    Field(description="A text, a list (pass many at once), or their file: JSON, CSV, TSV"),
]
ImageRefs = Annotated[
    str | list[str],
    BeforeValidator(_unpacked),
    Field(description="Path, URL, data URI, folder or glob; or a list"),
]
TargetLang = Annotated[str, Field(description="Code or name: ru, Russian")]
TargetLangs = Annotated[str | list[str], BeforeValidator(_unpacked), Field(description="Name, code, or a list")]
SourceLang = Annotated[str, Field(description="The same")]
Glossary = Annotated[list[Term], Field(description="Terms and fixed translations")]
GlossaryOrFile = Annotated[
    list[Term] | str, BeforeValidator(_as_pairs), Field(description="Terms and fixed translations, or their file")
]
TranslationMemory = Annotated[
    list[Term] | str,
    BeforeValidator(_as_pairs),
    Field(description="Earlier translations, to imitate; or a file"),
]
DomainHint = Annotated[str, Field(description="Subject and style, in English")]
ImageRef = Annotated[str, Field(description="Local path, public URL, or data URI")]
SensitiveWords = Annotated[list[str], Field(description="Exact words to leave out")]
Background = Annotated[str, Field(description="Colour behind transparency")]
Preview = Annotated[bool, Field(description="Only tell the cost")]
JobId = Annotated[str, Field(description="As another tool returned it")]


def as_list(value: str | list[str]) -> list[str]:
    """One, or several."""
    return [value] if isinstance(value, str) else value
