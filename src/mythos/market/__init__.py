"""Curricula of rituals: put together, traded for credits or for one another, and taught."""
