"""What an operator sets for the checks of migrations."""

from pydantic import Field, SecretStr

from psfbot.plugin import Address, Configuration, Sight


class Settings(Configuration):
    """All of it may be left out: then public repositories are read without a token, and images must name a host."""

    names_start_with = "PSFBOT_MIGRATIONS_"

    github_api_url: Address = Field(default="https://api.github.com", examples=["https://github.example.org/api/v3"])
    """Address of GitHub's REST API, where checks of repositories ask."""
    github_token: SecretStr | None = Field(default=None, examples=["github_pat_…"])
    """Token that may read repositories: needed for private ones, and for more than sixty questions an hour."""
    registry_url: Address | None = Field(default=None, examples=["https://registry.example.org"])
    """Registry of container images that name no host of their own."""
    wheel_seconds: float = Field(default=150.0, gt=0, le=170, examples=["100"])
    """Seconds that the check of wheels may take; what it found until then is told."""


def settings_of(sight: Sight) -> Settings:
    """The settings in force, the defaults where nobody set any."""
    return sight.settings if isinstance(sight.settings, Settings) else Settings()
