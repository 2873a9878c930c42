"""Changes of the catalog that cannot be right: each is refused in words that say what to try."""

from datetime import date
from pathlib import Path

import pytest

from psfbot.catalog.edit import Add, Delete, New, Remove, Rename, Retire, Set, Verify, edited, said_in_chat
from psfbot.errors import UserError

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TODAY = date(2026, 11, 20)
DOCS = "docs.python.org"


REFUSED = [
    (Set(DOCS, "tier", "5"), "docs.python.org: tier cannot be '5': write 1, 2, 3, 4 or unknown."),
    (Set(DOCS, "tire", "2"), "docs.python.org: services have no field 'tire'. Did you mean tier, title or type?"),
    (Set(DOCS, "owner", "mdkk"), "I know no person or team called 'mdkk'. Did you mean person:mdk?"),
    (Set(DOCS, "tier", "1"), "docs.python.org: tier is 1 already."),
    (Set(DOCS, "lifecycle", "productoin"), "lifecycle cannot be 'productoin'. Did you mean production?"),
    (Set(DOCS, "description", "none"), "description cannot be left out"),
    (Set(DOCS, "backup", "infra"), "team:infra is in owners already, as escalation."),
    (Set(DOCS, "provider", "none"), "its region and hosts would be lost too. If that is meant, remove hosting.origin."),
    (Set(DOCS, "region", "us-east-2"), 'region "us-east-2" belongs to provider "aws", not to "digitalocean"'),
    (Set(DOCS, "region", "us-east-2"), "To move it, set the region to none, then the provider, then the new region."),
    (Set(DOCS, "config", "salt"), "'config' has fields of its own: say which, such as config.tool"),
    (Set(DOCS, "tier.x", "1"), "'tier' has nothing below it: say just tier."),
    (Set(DOCS, "runbook", "javascript:alert(1)"), "cannot start with"),
    (Set(DOCS, "hosting.waf.region", "nyc1"), "hosting has no entry 'waf' yet. First set hosting.waf."),
    (Set("mdk", "status", "inactive"), "inactive sole owner"),
    (Set("mdk", "timezone", "Europe/Pariss"), "Did you mean Europe/Paris?"),
    (Set("room:python-infra", "public", "maybe"), "public is true or false"),
    (Add(DOCS, "alias", "hg.python.org"), "is already a name of hg.python.org"),
    (Add(DOCS, "alias", "docs"), "'docs' is in alias already"),
    (Add(DOCS, "tier", "1"), "tier has one value, not a list"),
    (Add(DOCS, "link", "https://x.org"), "say which type you mean"),
    (Add("loadbalancer", "depends_on", DOCS), "goes round in a circle"),
    (Remove(DOCS, "alias", "documentatoin"), "'documentatoin' is not in alias. It holds documentation."),
    (Remove("room:python-infra", "alerts", "owned"), "'owned' is not in alerts. It holds all."),
    (Remove(DOCS, "tracker"), "2 entries of tracker fit"),
    (Remove(DOCS, "tags"), "tags has no value, so there is nothing to take out"),
    (Rename(DOCS, "Docs Page"), "'Docs Page' is no id"),
    (Rename(DOCS, "hg.python.org"), "this service is there already"),
    (Rename(DOCS, DOCS), "that is its id already"),
    (Delete("team:infra"), "is still named by"),
    (Delete("person:mdk"), "Change those first, or set its status to inactive."),
    (Delete("region:nyc1"), "Change those first, or set its lifecycle to retired."),
    (Delete("provider:digitalocean"), "Change those first, or retire it instead."),
    (New("zz", {}), "zz: say also its description."),
    (New(DOCS, {"description": "x"}), "is there already"),
    (Retire("team:infra"), "only a service or a provider can be retired"),
    (Verify("dosc.python.org"), "I know no record called 'dosc.python.org'. Did you mean docs.python.org?"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=lambda one: str(one)[:60])
def test_what_cannot_be_right_is_refused_with_an_offer(change, words):
    with pytest.raises(UserError) as refused:
        edited(SAMPLE, change, TODAY)

    assert words in str(refused.value)


def test_a_name_that_two_kinds_have_does_not_say_which_record_is_renamed_or_deleted():
    text = edited(SAMPLE, Set(DOCS, "aliases", "documentation,python-infra"), TODAY).text

    for change in (Rename("python-infra", "other"), Delete("python-infra")):
        with pytest.raises(UserError, match=r"may be service:docs\.python\.org or room:python-infra: say which"):
            edited(text, change, TODAY)


def test_a_reason_that_no_note_can_hold_is_refused_before_anything_changes():
    with pytest.raises(UserError, match="too much for a reason: 2001 characters, and 2000 may be"):
        said_in_chat("mdk", TODAY, "é" * 2001)

    assert said_in_chat("mdk", TODAY, "é" * 2000).note == "é" * 2000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Set("person:ee", "exemptions.rule", "x"), "exemptions has no entry yet. First set exemptions."),
        (Add("docs", "alerts.*.repos", "today"), 'not an id: "*.repos"'),
        (Add("docs", "alerts.[0]", "x"), 'not an id: "[0]"'),
        (Set("docs", "alerts.{a", "x"), 'not an id: "{a"'),
        (Set("loadbalancer", "alerts.[0].x", "https://example.org"), 'not an id: "[0].x"'),
    ],
)
def test_a_name_that_is_no_key_for_yaml_is_refused_in_words(change, words):
    with pytest.raises(UserError) as caught:
        edited(SAMPLE, change, TODAY)

    assert words in str(caught.value)
