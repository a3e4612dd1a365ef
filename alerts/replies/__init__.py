"""The reply check (`check.py`) and drafts of replies (`drafts.py`): pure functions over texts, in ru, uk and en."""
