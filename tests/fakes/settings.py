"""Settings as a test says, and nothing from the environment or a `.env` file."""

from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from settings import Settings


class _OnlyGiven(Settings):
    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def given(**values: Any) -> Settings:
    """Defaults, and these values."""
    return _OnlyGiven(**values)
