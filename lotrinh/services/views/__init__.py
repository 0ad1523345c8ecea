"""Views of campaigns for people and files: board, roll-up, queues, explanations, comparisons, previews."""
