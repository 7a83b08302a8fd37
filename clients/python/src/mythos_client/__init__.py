"""Prompts of a MythOS server in a running program."""

from mythos_client.client import AsyncClient, Client
from mythos_client.errors import (
    ClientError,
    HashMismatch,
    LabelRemoved,
    MissingValues,
    NotAllowed,
    NotThere,
    Refused,
    ServerUnreachable,
)
from mythos_client.result import Contract, Message, Split, Text

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "Contract",
    "HashMismatch",
    "LabelRemoved",
    "Message",
    "MissingValues",
    "NotAllowed",
    "NotThere",
    "Refused",
    "ServerUnreachable",
    "Split",
    "Text",
]
