"""What the pages show, as plain values: no presenter asks for more than the asking user may see."""
