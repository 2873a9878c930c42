"""The catalog: facts about services, who answers for them, and where they run."""
