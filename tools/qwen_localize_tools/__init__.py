"""The capabilities: one module per tool."""
