"""Verbs on packages: make, sign, export, install, update, uninstall; keys and signers."""

from mythos.packages.services.building import (
    Draft,
    create_package,
    delete_package,
    draft_of,
    export_package,
    prompts_named,
    select_prompts,
    signing_key,
    update_package,
)
from mythos.packages.services.installing import Installation, install_package, receive_package
from mythos.packages.services.queued import (
    AT_ONCE,
    export_is_long,
    job_of_export,
    job_of_install,
    queue_export,
    queue_install,
    queue_sent,
)
from mythos.packages.services.rerunning import rerun_rituals
from mythos.packages.services.signers import create_key, revoke_key, trust_signer
from mythos.packages.services.uninstalling import Removal, uninstall_package

__all__ = [
    "AT_ONCE",
    "Draft",
    "Installation",
    "Removal",
    "create_key",
    "create_package",
    "delete_package",
    "draft_of",
    "export_is_long",
    "export_package",
    "install_package",
    "job_of_export",
    "job_of_install",
    "prompts_named",
    "queue_export",
    "queue_install",
    "queue_sent",
    "receive_package",
    "rerun_rituals",
    "revoke_key",
    "select_prompts",
    "signing_key",
    "trust_signer",
    "uninstall_package",
    "update_package",
]
