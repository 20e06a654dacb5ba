"""Figures of coverage in hectares."""

from dataclasses import asdict, dataclass
from typing import Any

SQUARE_METRES = 10_000.0
DECIMALS = 4
"""Figures are whole square metres, so that they add up as they are shown."""


@dataclass(frozen=True)
class Figures:
    """Hectares. `sprayed`: all bands, each counted in full; `union`: the ground under them; `overlap` = sprayed - union;
    `inside`: of that ground, what was planned; `outside` = union - inside; `missed` = planned - inside. The last three are
    None where nothing was planned."""

    sprayed: float
    union: float
    overlap: float
    inside: float | None = None
    outside: float | None = None
    missed: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        """The figures by name."""
        return asdict(self)


def figures(sprayed: float, union: float, inside: float | None = None, planned: float | None = None) -> Figures:
    """Figures of areas in square metres. What rounding in the overlay leaves below zero is zero."""
    total, ground = _hectares(max(sprayed, union)), _hectares(union)
    overlap = round(total - ground, DECIMALS)
    if inside is None or planned is None:
        return Figures(total, ground, overlap)
    within = min(_hectares(inside), ground, _hectares(planned))
    return Figures(total, ground, overlap, within, round(ground - within, DECIMALS), round(_hectares(planned) - within, DECIMALS))


def named(name: str, found: Figures) -> dict[str, Any]:
    """The figures of one area, with its name."""
    return {"name": name, **found.as_dict()}


def _hectares(square_metres: float) -> float:
    return round(float(square_metres) / SQUARE_METRES, DECIMALS)
