"""What an exemption may name: the rules of the scorecard, and the kinds of drift."""

from collections.abc import Mapping
from typing import Literal

Rule = Literal[
    "has-two-owners", "primary-owner-active", "team-has-lead", "escalation-path-ends-at-a-person", "contact-present",
    "runbook-link", "alert-mapped", "region-belongs-to-provider", "architecture-known",
    "no-production-depends-on-deprecated", "dependency-cycle", "provenance-present", "verified-within-days",
    "repo-and-config-known", "provider-status-page-known",
]  # fmt: skip
"""What the scorecard asks of a service; `catalog.score` says what each of them means."""
DriftKind = Literal[
    "drift", "domain-gone", "archive-gone", "retired-answers", "cdn-elsewhere", "cdn-unlisted", "origin-elsewhere",
    "domain-moved", "redirect-ended", "link-gone", "certificate-name", "certificate-issuer", "server-unlisted",
    "server-unknown", "server-system", "role-unmatched", "proxy-unlisted", "proxy-unknown", "platform-tier",
    "platform-contacts", "platform-unlisted", "platform-unknown", "repository-gone", "repository-moved",
    "repository-archived", "login-gone", "schedule-gone", "user-gone", "check-gone",
]  # fmt: skip
"""How reality may differ from the catalog; `drift` stands for any of them, those of others' plugins included."""
ANY_DRIFT = "drift"
DRIFTS: Mapping[str, str] = {
    "domain-gone": "a domain of a running service has no address",
    "archive-gone": "a domain of an archived or deprecated service has no address",
    "retired-answers": "a retired service still shows a page",
    "cdn-elsewhere": "the catalog names Fastly as CDN, and neither DNS nor the page's headers show it",
    "cdn-unlisted": "DNS leads to Fastly, and the catalog names no CDN",
    "origin-elsewhere": "the catalog names one host of the service, and DNS leads to another one",
    "domain-moved": "a domain redirects for good to a host that the service does not have",
    "redirect-ended": "a service that is a redirect answers without one",
    "link-gone": "a link of the service answers that there is no such page",
    "certificate-name": "the certificate that a domain shows is not for that domain",
    "certificate-issuer": "the certificate was issued by another authority than the catalog names",
    "server-unlisted": "psf-salt's server list lacks a machine of the catalog",
    "server-unknown": "psf-salt lists a server on which the catalog runs nothing",
    "server-system": "psf-salt lists another operating system for a machine",
    "role-unmatched": "no role of psf-salt matches a machine of the catalog",
    "proxy-unlisted": "psf-salt's HAProxy serves a domain that no service of the catalog has",
    "proxy-unknown": "a service needs the load balancer, and HAProxy serves none of its domains",
    "platform-tier": "PEP 11 lists a platform under another tier",
    "platform-contacts": "PEP 11 names other contacts of a platform",
    "platform-unlisted": "PEP 11 lists a platform that the catalog lacks",
    "platform-unknown": "PEP 11 lists a platform no more",
    "repository-gone": "GitHub has no such repository, or shows it to nobody",
    "repository-moved": "the repository has another name now",
    "repository-archived": "the repository of a running service is archived",
    "login-gone": "GitHub knows no such login",
    "schedule-gone": "PagerDuty knows no such schedule",
    "user-gone": "PagerDuty knows no such user",
    "check-gone": "PagerDuty knows no such service",
}
"""What each kind means, in the order in which reports list them."""
