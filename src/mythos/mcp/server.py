"""The server of the official SDK, wired to this door's functions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import close_old_connections
from mcp import MCPError, types
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.subscriptions import PromptsListChanged
from mcp.types import Prompt as PromptShown

from mythos import __version__
from mythos.accounts.models import ApiToken
from mythos.accounts.services import authenticate_token
from mythos.errors import Denied, MythosError
from mythos.mcp import reading, tools
from mythos.mcp.errors import said
from mythos.mcp.news import News, View

Result = TypeVar("Result")
INSTRUCTIONS = (
    "Prompts under contract to a rule book. You may read, compare and propose; people decide what is used. "
    "Nothing here moves a label, deletes or overrides."
)


class Door:
    """What the server answers; whose view it is, each request tells."""

    def __init__(self, view_of: Callable[[Any], View]) -> None:
        self.view_of = view_of
        self.sending: set[asyncio.Future[None]] = set()
        self.news = News(lambda view: self._ask(view, lambda actor: reading.stamp_of(actor, view.label)))

    async def ask(self, context: Any, question: Callable[[ApiToken, str], Result]) -> Result:
        """Answer a caller's question in a thread."""
        view = self.view_of(context)
        return await self._ask(view, lambda actor: question(actor, view.label))

    async def _ask(self, view: View, question: Callable[[ApiToken], Result]) -> Result:
        try:
            return await in_thread(view.secret, question)
        except MythosError as error:
            raise MCPError(types.INVALID_PARAMS, said(error), {"code": error.code, **error.data}) from error

    async def list_prompts(self, context: Any, asked: Any) -> types.ListPromptsResult:
        """Prompts of the label, with their variables as arguments."""
        page = await self.ask(context, lambda actor, label: reading.prompts_of_label(actor, label, _cursor(asked)))
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
        served = await self.ask(context, lambda actor, label: reading.prompt_of_label(actor, label, asked.name, values))
        contract = served.contract
        facts = {"mythos/version": served.checkpoint.version, "mythos/sha256": served.sha256}
        facts |= {"mythos/contract": f"v{contract.version} {contract.state}"} if contract else {}
        facts |= {"mythos/arm": served.split.arm} if served.split else {}
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=served.text))
        return types.GetPromptResult(messages=[message], _meta=facts)

    async def list_resources(self, context: Any, asked: Any) -> types.ListResourcesResult:
        """Assistants, contracts and clauses."""
        page = await self.ask(context, lambda actor, label: reading.resources(actor, _cursor(asked)))
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
        mime_type, text = await self.ask(context, lambda actor, label: reading.read_resource(actor, str(asked.uri)))
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
            secret = self.view_of(context).secret
            found = await in_thread(secret, lambda actor: tools.call(actor, asked.name, asked.arguments or {}))
        except MythosError as error:
            return types.CallToolResult(content=[types.TextContent(type="text", text=said(error))], is_error=True)
        text = json.dumps(found, default=str, ensure_ascii=False)
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)])

    async def listen(self, context: Any, asked: Any) -> types.SubscriptionsListenResult:
        """Changes of the lists, as a stream (protocols from 2026 on)."""
        listened = await self.news.of(self.view_of(context))
        return await listened.stream(context, asked)

    async def greeted(self, context: Any, _: Any) -> None:
        """Changes of the lists for a session of the older protocols, until its connection closes."""
        listened = await self.news.of(self.view_of(context))
        session = context.session

        def tell(event: object) -> None:
            is_prompts = isinstance(event, PromptsListChanged)
            send = session.send_prompt_list_changed if is_prompts else session.send_resource_list_changed
            self.sending.add(task := asyncio.ensure_future(send()))
            task.add_done_callback(self.sending.discard)

        # The SDK gives handlers the session alone; where its connection ends is known only there.
        session._connection.exit_stack.callback(listened.subscribe(tell))


class Announcing(Server[Any]):
    """Says in the older protocols' handshake too that its lists may change."""

    def create_initialization_options(self, notification_options: Any = None, *rest: Any, **named: Any) -> Any:
        """The options, with changes of prompts and resources announced."""
        changing = notification_options or NotificationOptions(prompts_changed=True, resources_changed=True)
        return super().create_initialization_options(changing, *rest, **named)


async def in_thread(secret: str, question: Callable[[ApiToken], Result]) -> Result:
    """Answer with a token that is looked up again every time, in a thread of its own: some questions take a while."""

    def answer() -> Result:
        close_old_connections()
        try:
            token = authenticate_token(secret)
            if token is None:
                raise Denied("The token is not known, or no longer valid.", hint="Make one with `mythos token create`.")
            return question(token)
        finally:
            close_old_connections()

    return await asyncio.to_thread(answer)


def make_server(view_of: Callable[[Any], View]) -> Server[Any]:
    """A server whose requests tell whose view they are about."""
    door = Door(view_of)
    server = Announcing(
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
        on_subscriptions_listen=door.listen,
    )
    server.add_notification_handler("notifications/initialized", types.NotificationParams, door.greeted)
    return server


def _cursor(asked: Any) -> str | None:
    return asked.cursor if asked is not None else None
