"""The pytest plugin: `pytest cases` judges today's workflow by its incidents."""
