"""What several tools use; what only one needs lies with it."""
