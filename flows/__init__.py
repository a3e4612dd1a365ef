"""The order of work, and nothing else. Each module reads like the story of its job."""
