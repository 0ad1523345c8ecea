"""The pages: plain HTML that works without JavaScript; every route translates between a form and a service."""
