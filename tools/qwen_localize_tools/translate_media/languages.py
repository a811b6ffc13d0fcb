"""The languages and the voice of a call (docs/model-studio.md 9)."""

from qwen_localize.errors import BadArgument

from .._shared.languages import AUTO
from .._shared.media_languages import chosen_voice, media_table, spoken_pair
from .assignment import Assignment
from .models import MODEL


def chosen(source_lang: str, target_lang: str, voice: str, *, speech: bool) -> Assignment:
    """What is asked of a recording.

    Raises:
        BadArgument: the model does not know a language or the voice, or does not speak the target.
    """
    table = media_table(MODEL.name)
    source, target = spoken_pair(source_lang, target_lang, MODEL.name, table)
    code = source.code if source else AUTO
    if not speech:
        if voice:
            raise BadArgument("voice: nobody speaks unless speech is true. Set it, or leave voice out.")
        return Assignment(code, target.code)
    if not target.speech:
        spoken = ", ".join(language.code for language in table.languages if language.speech)
        raise BadArgument(
            f"{MODEL.name} writes {target.name}, but does not speak it. Call with speech=false for text and subtitles; "
            f"it speaks {spoken}."
        )
    return Assignment(code, target.code, chosen_voice(voice, target, MODEL.name, table))
