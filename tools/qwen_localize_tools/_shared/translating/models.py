"""The Qwen-MT models, their limits and prices (docs/model-studio.md 3)."""

from typing import Literal

from qwen_localize.tool import Limit, Model, Price

_BEIJING, _SINGAPORE, _US, _EU = "cn-beijing", "ap-southeast-1", "us-east-1", "eu-central-1"
_WIDE = (_BEIJING, _SINGAPORE, _US, _EU)
_SINGAPORES = {_SINGAPORE: Limit(60, 100_000)}


def _prices(beijing: Price, abroad: Price) -> dict[str, Price]:
    return {_BEIJING: beijing} | dict.fromkeys((_SINGAPORE, _US, _EU), abroad)


MODELS = {
    model.name: model
    for model in (
        Model("qwen-mt-plus", _WIDE, Limit(60, 25_000), _prices(Price(1.8, 5.4), Price(18.055, 54.09)), _SINGAPORES),
        Model("qwen-mt-flash", _WIDE, Limit(60, 35_000), _prices(Price(0.7, 1.95), Price(1.174, 3.596)), _SINGAPORES),
        Model("qwen-mt-lite", _WIDE, Limit(60, 100_000), _prices(Price(0.6, 1.6), Price(0.881, 2.642))),
        Model("qwen-mt-turbo", (_BEIJING, _SINGAPORE), Limit(60, 35_000), {_BEIJING: Price(0.7, 1.95)}),
        Model("qwen-mt-lite-us", (_US,), Limit(60, 100_000), {_US: Price(0.881, 2.642)}),
    )
}
ModelName = Literal["qwen-mt-flash", "qwen-mt-plus", "qwen-mt-lite", "qwen-mt-turbo", "qwen-mt-lite-us"]

# The one that is asked when another does not get a string right.
BEST = "qwen-mt-plus"
