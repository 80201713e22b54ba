"""Template helpers, found by name: every public function is a helper, prefixed ``hanoi_``."""
