"""The server of the official SDK, wired to this door's functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from mcp import MCPError, types
from mcp.server.lowlevel import Server
from mcp.types import Prompt as PromptShown

from mythos import __version__
from mythos.accounts.models import ApiToken
from mythos.accounts.services import authenticate_token
from mythos.errors import Denied, MythosError
from mythos.mcp import reading, tools
from mythos.mcp.errors import said

Result = TypeVar("Result")
INSTRUCTIONS = (
    "Prompts under contract to a rule book. You may read, compare and propose; people decide what is used. "
    "Nothing here moves a label, deletes or overrides."
)


class Door:
    """One caller's view: a token, looked up again with every request, and the label whose prompts are offered."""

    def __init__(self, secret: str, label: str) -> None:
        self.secret, self.label = secret, label

    async def ask(self, question: Callable[[ApiToken], Result]) -> Result:
        """Answer in the thread of the database; our errors become errors of the protocol."""
        try:
            return await sync_to_async(self._answer)(question)
        except MythosError as error:
            raise MCPError(types.INVALID_PARAMS, said(error), {"code": error.code, **error.data}) from error

    def _answer(self, question: Callable[[ApiToken], Result]) -> Result:
        close_old_connections()
        token = authenticate_token(self.secret)
        if token is None:
            raise Denied("The token is not known, or no longer valid.", hint="Make one with `mythos token create`.")
        return question(token)

    async def list_prompts(self, context: Any, asked: Any) -> types.ListPromptsResult:
        """Prompts of the label, with their variables as arguments."""
        page = await self.ask(lambda actor: reading.prompts_of_label(actor, self.label, _cursor(asked)))
        rows = [
            PromptShown(
                name=row.slug,
                title=row.title,
                arguments=[types.PromptArgument(name=name, required=True) for name in row.arguments],
            )
            for row in page.rows
        ]
        return types.ListPromptsResult(prompts=rows, next_cursor=page.following)

    async def get_prompt(self, context: Any, asked: types.GetPromptRequestParams) -> types.GetPromptResult:
        """One of them with its arguments filled in; the protocol knows no system role, so a user says it."""
        values = asked.arguments or {}
        served = await self.ask(lambda actor: reading.prompt_of_label(actor, self.label, asked.name, values))
        contract = served.contract
        facts = {"mythos/version": served.checkpoint.version, "mythos/sha256": served.sha256}
        facts |= {"mythos/contract": f"v{contract.version} {contract.state}"} if contract else {}
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=served.text))
        return types.GetPromptResult(messages=[message], _meta=facts)

    async def list_resources(self, context: Any, asked: Any) -> types.ListResourcesResult:
        """Assistants, contracts and clauses."""
        page = await self.ask(lambda actor: reading.resources(actor, _cursor(asked)))
        rows = [
            types.Resource(uri=row.uri, name=row.title, title=row.title, mime_type=row.mime_type) for row in page.rows
        ]
        return types.ListResourcesResult(resources=rows, next_cursor=page.following)

    async def list_templates(self, context: Any, asked: Any) -> types.ListResourceTemplatesResult:
        """The three kinds of resources."""
        rows = [
            types.ResourceTemplate(uri_template=uri, name=uri.split("/")[2], description=text)
            for uri, text in reading.TEMPLATES.items()
        ]
        return types.ListResourceTemplatesResult(resource_templates=rows)

    async def read_resource(self, context: Any, asked: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        """The text of one."""
        mime_type, text = await self.ask(lambda actor: reading.read_resource(actor, str(asked.uri)))
        shown = types.TextResourceContents(uri=asked.uri, mime_type=mime_type, text=text)
        return types.ReadResourceResult(contents=[shown])

    async def list_tools(self, context: Any, asked: Any) -> types.ListToolsResult:
        """All tools; those that only read say so."""
        rows = [
            types.Tool(
                name=tool.name,
                description=tool.description,
                input_schema=tool.schema,
                annotations=types.ToolAnnotations(read_only_hint=tool.reads_only, destructive_hint=False),
            )
            for tool in tools.TOOLS.values()
        ]
        return types.ListToolsResult(tools=rows)

    async def call_tool(self, context: Any, asked: types.CallToolRequestParams) -> types.CallToolResult:
        """Run one; an error is a result that the model can read."""
        try:
            found = await sync_to_async(self._answer)(
                lambda actor: tools.call(actor, asked.name, asked.arguments or {})
            )
        except MythosError as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=said(error))], is_error=True)
        text = json.dumps(found, default=str, ensure_ascii=False)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])


def make_server(secret: str, label: str) -> Server[Any]:
    """A server that speaks for one token and offers the prompts of one label."""
    door = Door(secret, label)
    return Server(
        "mythos",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_prompts=door.list_prompts,
        on_get_prompt=door.get_prompt,
        on_list_resources=door.list_resources,
        on_list_resource_templates=door.list_templates,
        on_read_resource=door.read_resource,
        on_list_tools=door.list_tools,
        on_call_tool=door.call_tool,
    )


def _cursor(asked: Any) -> str | None:
    return asked.cursor if asked is not None else None
