"""Which personas a deployment offers, and which of them answers where none is named."""

from collections.abc import Mapping

from agents.new_persona import TEMPLATE
from agents.persona import Persona
from settings import Settings, SettingsError


def offered_personas(
    loaded: Mapping[str, Persona], broken: set[str], settings: Settings
) -> dict[str, Persona]:
    """Those that `PERSONAS` names, in its order; without it all but the template.

    :param broken: names of folders that did not load; they are left out
    :raises SettingsError: it names one that is not there, or none is left
    """
    wanted = settings.personas or [name for name in loaded if name != TEMPLATE]
    if unknown := [name for name in wanted if name not in loaded and name not in broken]:
        raise SettingsError(f"PERSONAS: {unknown[0]!r} is not one of {', '.join(loaded)}")
    found = {name: loaded[name] for name in wanted if name in loaded}
    if not found:
        raise SettingsError("PERSONAS: there is no persona left to offer")
    return found


def default_persona(offered: Mapping[str, Persona], settings: Settings) -> str:
    """`PERSONA`; where that is not set and its default not offered, the first that is.

    :raises SettingsError: it names one that is not offered
    """
    if settings.persona in offered:
        return settings.persona
    if "persona" not in settings.model_fields_set:
        return next(iter(offered))
    raise SettingsError(f"PERSONA: {settings.persona!r} is not one of {', '.join(offered)}")
