"""What goes wrong in a request, as pages and as problem documents."""
