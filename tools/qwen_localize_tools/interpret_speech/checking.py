"""What is wanted, checked against what the model can do, before anything is read or sent."""

from collections.abc import Mapping, Sequence

from qwen_localize.errors import BadArgument

from .._shared.media_languages import SpokenLanguage, chosen_voice, spoken_pair
from .models import DEFAULT, Row, row_of
from .omni import Omni
from .wish import Wish

# As the service advises (docs/model-studio.md 10.1).
_MOST_PHRASES = 1000
_MOST_INSTRUCTIONS = 4000
_SPEAKING = DEFAULT

HotWords = Sequence[str] | Mapping[str, str]


def checked(
    model: str, source_lang: str, target_lang: str, *, speech: bool, voice: str, hot_words: HotWords, instructions: str
) -> Wish:
    """What is wanted.

    Raises:
        BadArgument: the model cannot do it; says what to do.
    """
    row = row_of(model)
    source, target = spoken_pair(source_lang, target_lang, model, row.table)
    if instructions and row.dialect is not Omni:
        raise BadArgument(f"instructions: {model} takes none. Leave them out, or use qwen3.5-omni-plus-realtime.")
    if len(instructions) > _MOST_INSTRUCTIONS:
        raise BadArgument(f"instructions: at most {_MOST_INSTRUCTIONS} characters are taken. Make them shorter.")
    return Wish(
        model=model,
        target=target.code,
        target_name=target.name,
        source=source.code if source else "",
        source_name=source.name if source else "",
        voice=_voice(row, target, voice) if speech else _no_voice(voice),
        phrases=_phrases(row, hot_words),
        instructions=instructions.strip(),
    )


def _voice(row: Row, target: SpokenLanguage, voice: str) -> str:
    if not row.speaks:
        raise BadArgument(f"{row.model.name} does not speak. Leave speech out, or set model to {_SPEAKING}.")
    if not target.speech:
        raise BadArgument(
            f"{row.model.name} writes {target.name}, but does not speak it. Set speech to false for text and subtitles."
        )
    if row.own_voice:
        return voice or row.own_voice
    return chosen_voice(voice, target, row.model.name, row.table)


def _no_voice(voice: str) -> str:
    if voice:
        raise BadArgument("voice: nobody speaks without speech. Set speech to true, or leave voice out.")
    return ""


def _phrases(row: Row, hot_words: HotWords) -> dict[str, str]:
    """Words with their translations; one without a translation stays as it is."""
    if hot_words and not row.speaks:
        raise BadArgument(
            f"hot_words: {row.model.name} takes none by word. Leave them out, or set model to {_SPEAKING}."
        )
    if len(hot_words) > _MOST_PHRASES:
        raise BadArgument(f"hot_words: at most {_MOST_PHRASES} are taken. Leave some out.")
    pairs = hot_words.items() if isinstance(hot_words, Mapping) else ((word, word) for word in hot_words)
    return {source.strip(): target.strip() or source.strip() for source, target in pairs if source.strip()}
