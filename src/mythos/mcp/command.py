"""`mythos mcp`: the door on standard input and output, for programs that start it themselves."""

from __future__ import annotations

import asyncio

import click
from django.conf import settings

from mythos.errors import NotConfigured, install_extra


@click.command()
@click.option("--label", default="production", show_default=True, help="Prompts with this label are offered.")
def mcp(label: str) -> None:
    """Offer prompts, resources and tools to a model over MCP; the token comes from MYTHOS_TOKEN."""
    if not settings.MCP_TOKEN:
        raise NotConfigured("MYTHOS_TOKEN is not set.", hint="Make one with `mythos token create --name NAME`.")
    asyncio.run(_serve(settings.MCP_TOKEN, label))


async def _serve(secret: str, label: str) -> None:
    try:
        from mcp.server.stdio import stdio_server

        from mythos.mcp.news import View
        from mythos.mcp.server import make_server
    except ModuleNotFoundError as error:
        raise NotConfigured("The MCP SDK is not installed.", hint=install_extra("mcp")) from error
    server = make_server(lambda context: View(secret, label))
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
