"""Words for a user to start with."""

from functools import partial
from typing import Annotated

from pydantic import Field

from qwen_localize.tool import Prompt, Suggest

from ._shared.languages import suggested

Target = Annotated[str, Field(description="Language to translate into")]
Glossary = Annotated[str, Field(description="Terms and their translations, such as travel mug = термокружка")]


def localize_product_picture(
    image: Annotated[str, Field(description="Path or URL of the picture")],
    target_lang: Target,
    glossary: Glossary = "",
    model: Annotated[str, Field(description="Model of translate_image")] = "qwen-mt-image",
) -> str:
    """Put the text of a product picture into another language, and look at what came of it."""
    return (
        f"Translate the text in the picture {image} into {target_lang}: call translate_image with image, target_lang, "
        f"model={model} and check=true{_with_terms(glossary)}. Brand names and text on the product itself stay as they "
        "are (keep_subject_text=true) unless I say otherwise. Then look at the result with view_image, compare names, "
        "numbers and units, and tell me where the file is, what it cost, and what I should look at myself."
    )


def localize_picture_folder(
    folder: Annotated[str, Field(description="Folder, or a pattern such as shop/*.png")],
    target_langs: Annotated[str, Field(description="Languages to translate into, with commas between")],
    glossary: Glossary = "",
) -> str:
    """Put all pictures of a folder into one or more languages, for a price that is agreed on before."""
    return (
        f"Translate the text in all pictures of {folder} into {target_langs}: first call translate_image with "
        f"image={folder}, the list of languages as target_lang, and preview=true{_with_terms(glossary)}. Tell me how "
        "many pictures there are, what they cost and how long it takes, and wait for my yes. Then make the same call "
        "with preview=false. If it answers with a job_id, ask get_job until it is finished. At the end, tell me where "
        "the report is, and which pictures failed or have no text."
    )


def localize_app_files(
    path: Annotated[str, Field(description="The app's folder, or one of its files of strings")],
    target_langs: Annotated[str, Field(description="Languages to translate into, with commas between")],
    glossary: Glossary = "",
) -> str:
    """Localize an app's files in their places, for a price that is agreed on before; people's edits stay."""
    return (
        f"Localize the app in {path} into {target_langs}: first call localize_files with path={path} and the list of "
        f"languages as target_langs{_with_terms(glossary)}. Tell me which files it found, how much is new, changed and "
        "stale, and what it costs; ask me what it asks; and wait for my yes. Then make the same call with mode=apply. "
        "If it answers with a job_id, ask get_job until it is finished. At the end, tell me where the review page is, "
        "and what was left out or is in doubt, with the reasons."
    )


def review_translation(
    source: Annotated[str, Field(description="The text, or the path of its file or picture")],
    translation: Annotated[str, Field(description="Its translation, or the path of that")],
    target_lang: Target,
) -> str:
    """Review a translation against its source: meaning, terms, placeholders, tone."""
    return (
        f"Review a translation into {target_lang}. The source: {source}\nThe translation: {translation}\n"
        "Read files; of pictures, read the text with ocr. Compare sentence by sentence: meaning, left out or added, "
        "terms and names, numbers and units, placeholders and tags, tone and grammar. For what is doubtful, have "
        "translate_text with model=qwen-mt-plus translate the sentence as a second opinion; it costs little. Give me a "
        "table of findings (place, what is wrong, how bad, better wording), and nothing that is only taste."
    )


def _with_terms(glossary: str) -> str:
    return f", and as glossary these terms: {glossary}" if glossary.strip() else ""


def _models(begun: str) -> list[str]:
    from .translate_image.models import MODELS  # with all of the tool, which a chat may never call

    return [name for name in MODELS if name.startswith(begun.strip().lower())]


_OF_TEXT: Suggest = partial(suggested, "qwen-mt")
_OF_PICTURES: Suggest = partial(suggested, "qwen-mt-image-2.0")

PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        localize_product_picture,
        "Localize a product picture",
        {"target_lang": _OF_PICTURES, "model": _models},
    ),
    Prompt(
        localize_picture_folder,
        "Localize a folder of pictures",
        {"target_langs": _OF_PICTURES},
    ),
    Prompt(localize_app_files, "Localize an app's files", {"target_langs": _OF_TEXT}),
    Prompt(review_translation, "Review a translation", {"target_lang": _OF_TEXT}),
)
