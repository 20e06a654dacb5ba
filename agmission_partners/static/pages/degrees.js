// Longitudes beside a reference, so that a field on the antimeridian is drawn in one piece.

export function beside(longitude, reference) {
  return longitude + 360 * Math.round((reference - longitude) / 360);
}

export function wrappedBeside(feature, reference) {
  const moved = (part) => typeof part[0] === "number" ? [beside(part[0], reference), part[1]] : part.map(moved);
  return { ...feature, geometry: { ...feature.geometry, coordinates: moved(feature.geometry.coordinates) } };
}
