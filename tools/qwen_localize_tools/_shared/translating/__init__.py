"""Many strings through Qwen-MT, each checked: what `translate_text` and `localize_files` share."""
