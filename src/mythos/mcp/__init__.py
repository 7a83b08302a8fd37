"""The MCP door: prompts, resources and tools for models; it can do nothing its token could not do over REST."""
