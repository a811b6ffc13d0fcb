"""Live speech over WebSockets (docs/model-studio.md 10)."""
