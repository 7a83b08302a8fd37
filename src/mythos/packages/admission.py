"""Whether a package may come in at all: its signer, its version, what it needs."""

from __future__ import annotations

from mythos.accounts.models import Swarm
from mythos.formats.bundle import Bundle
from mythos.formats.bundle.versions import read_version, takes
from mythos.packages.models import InstalledPackage, SigningKey, TrustedSigner
from mythos.packages.plan import SignerStanding


def signer_standing(swarm: Swarm, bundle: Bundle, installed: InstalledPackage | None) -> SignerStanding:
    """Who signed it, and how far this swarm knows them."""
    signature = bundle.signature
    before = installed.fingerprint if installed else ""
    if signature is None:
        return SignerStanding("changed" if before else "unsigned", before=before)
    known = TrustedSigner.objects.filter(swarm=swarm, fingerprint=signature.fingerprint).first()
    own = SigningKey.objects.filter(swarm=swarm, fingerprint=signature.fingerprint).first()
    state = "first"
    if (known and known.revoked_at) or (own and own.revoked_at):
        state = "revoked"
    elif installed is not None and before != signature.fingerprint:
        state = "changed"
    elif known or own:
        state = "trusted"
    return SignerStanding(state, signature.signer, signature.fingerprint, before)


def signer_problems(signer: SignerStanding, accept: str, allow_unsigned: bool) -> list[str]:
    """Why the signature does not let it in."""
    if signer.state == "revoked":
        return [f"The signer {signer.name} ({signer.fingerprint[:16]}) is revoked here."]
    if signer.state == "changed" and not signer.fingerprint and not allow_unsigned:
        return ["The installed version is signed, and this one is not."]
    if signer.state == "changed" and signer.fingerprint and signer.fingerprint != accept:
        said = f"was signed with {signer.before[:16]}" if signer.before else "was not signed"
        return [
            f"The signer changed: the installed version {said}, this one is signed by {signer.name} with "
            f"{signer.fingerprint[:16]}. Accept the new signer by its whole fingerprint if you know why."
        ]
    if signer.state == "unsigned" and not allow_unsigned:
        return ["Nobody signed it. Allow unsigned packages for this install if you know where it comes from."]
    return []


def version_problems(bundle: Bundle, installed: InstalledPackage | None) -> list[str]:
    """Why it may not take the place of what is installed."""
    if installed is None or installed.sha256 == bundle.sha256:
        return []
    if installed.version == bundle.about.version:
        return [f"Version {installed.version} is installed with other contents: one of the two was altered."]
    if read_version(bundle.about.version) < read_version(installed.version):
        return [f"Version {installed.version} is installed, and this is the older {bundle.about.version}."]
    return []


def dependency_problems(swarm: Swarm, bundle: Bundle) -> list[str]:
    """Packages it needs that are not here."""
    there = dict(InstalledPackage.objects.filter(swarm=swarm).values_list("slug", "version"))
    return [
        f"It needs {need.name} {need.version}"
        + (f", and {there[need.name]} is installed." if need.name in there else ", which is not installed.")
        for need in bundle.about.dependencies
        if need.name not in there or not takes(need.version, there[need.name])
    ]
