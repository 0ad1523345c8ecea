"""Pictures as SVG, drawn without script or style attributes: the page's stylesheet colours their classes."""
