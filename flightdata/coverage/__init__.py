"""Coverage: what of the planned areas a track sprayed, in hectares and as shapes for a map. Knows no Django.

`measuring.measure` is the whole of it; docs/coverage.md says what the words mean. The libraries it computes with are loaded by
whoever measures: this package alone has its name and version.
"""

NAME, VERSION = "bands", "1"
"""Of the way figures are made. Another version may give other figures of the same records."""
