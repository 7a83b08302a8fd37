"""`mythos mcp`: the door on standard input and output, for programs that start it themselves."""

from __future__ import annotations

import asyncio

import click
from django.conf import settings

from mythos.accounts.services import authenticate_token
from mythos.errors import Denied, NotConfigured, install_extra


@click.command()
@click.option("--label", default="production", show_default=True, help="Prompts with this label are offered.")
def mcp(label: str) -> None:
    """Offer prompts, resources and tools to a model over MCP; the token comes from MYTHOS_TOKEN."""
    if not settings.MCP_TOKEN:
        raise NotConfigured("MYTHOS_TOKEN is not set.", hint="Make one with `mythos token create --name NAME`.")
    try:
        from mcp.server.stdio import stdio_server

        from mythos.mcp.news import View
        from mythos.mcp.server import make_server
    except ModuleNotFoundError as error:
        raise NotConfigured("The MCP SDK is not installed.", hint=install_extra("mcp")) from error
    secret = settings.MCP_TOKEN
    refuse_unknown(secret)
    server = make_server(lambda context: View(secret, label))

    async def serve() -> None:
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    asyncio.run(serve())


def refuse_unknown(secret: str) -> None:
    """Say so at once: else the program that starts this hears it only when it asks for something."""
    if authenticate_token(secret) is None:
        raise Denied(
            "The token in MYTHOS_TOKEN is not known here, or no longer valid.",
            hint="Make one with `mythos token create --name NAME`, and look at MYTHOS_HOME.",
        )
