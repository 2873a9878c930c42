"""Migrations: the checklists of the PSF's real procedures, and the checks that their steps name."""

from psfbot.plugin import Plugin

from . import certificates, github, pages, pulls, records, registry, relayed, salt, tiers, wheels, workflows
from .settings import Settings

plugin = Plugin("migrations", about="Checklists for moving services, and checks of their steps.", settings=Settings)

plugin.check("http-status", pages.StatusOf)(pages.http_status)
plugin.check("http-header", pages.HeaderOf)(pages.http_header)
plugin.check("http-latency", pages.LatencyOf)(pages.http_latency)
plugin.check("fastly", pages.FastlyOf)(pages.fastly)
plugin.check("tls", certificates.Proven)(certificates.tls)
plugin.check("dns-record", records.Pointing)(records.dns_record)
plugin.check("dns-ttl", records.Living)(records.dns_ttl)
plugin.check("image-platform", registry.Built)(registry.image_platform)
plugin.check("wheels", wheels.Needed)(wheels.wheels)
plugin.check("github-file", github.Holding)(github.github_file)
plugin.check("github-arm-runner", workflows.Runner)(workflows.github_arm_runner)
plugin.check("github-run", workflows.Green)(workflows.github_run)
plugin.check("github-merged", pulls.Merged)(pulls.github_merged)
plugin.check("github-label", pulls.Labelled)(pulls.github_label)
plugin.check("github-review", pulls.Reviewed)(pulls.github_review)
plugin.check("github-issue", pulls.Closed)(pulls.github_issue)
plugin.check("pep11-tier", tiers.Listed)(tiers.pep11_tier)
plugin.check("configure-tier", tiers.Configured)(tiers.configure_tier)
plugin.check("buildbot-tier", tiers.Builders)(tiers.buildbot_tier)
plugin.check("salt-role", salt.Matching)(salt.salt_role)
plugin.check("salt-listed", salt.Server)(salt.salt_listed)
plugin.check("catalog", relayed.Query)(relayed.catalog)
plugin.check("no-incident", relayed.Calm)(relayed.no_incident)
plugin.check("silenced", relayed.Silenced)(relayed.silenced)
plugin.check("time-since", relayed.Since)(relayed.time_since)
