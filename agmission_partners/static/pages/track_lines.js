// One track: the server ranks its records once, and gives the lines that a zoom can show. A closer look asks for the finer lines
// of what is in view.
import { beside } from "./degrees.js";

const L = window.L;
const UNITS_PER_DEGREE = 1e7;
const METRES_PER_PIXEL_AT_ZOOM_0 = 156543.034;
const TOLERANCE_IN_PIXELS = 0.6;
const FINEST_METRES = 0.25;
const WHOLE_FROM_METRES = 1;
const MARGIN = 0.5;

export class TrackLines {
  constructor(map, track, layers, styles, reference) {
    this.map = map;
    this.track = track;
    this.layers = layers;
    this.styles = styles;
    this.reference = reference;
    this.held = null;
    this.coming = Promise.resolve();
    this.drawn = {};
    this.onMove = () => this.update();
    map.on("moveend", this.onMove);
  }

  stop() {
    this.map.off("moveend", this.onMove);
    this.stopped = true;
  }

  bounds() {
    const [west, south, east, north] = this.track.bounds;
    const shift = beside(west, this.reference) - west;
    return L.latLngBounds([south, west + shift], [north, east + shift]);
  }

  // Steps of powers of two, so that the browser's cache is met again.
  wantedTolerance() {
    const latitude = this.map.getCenter().lat * Math.PI / 180;
    const pixel = METRES_PER_PIXEL_AT_ZOOM_0 * Math.cos(latitude) / 2 ** this.map.getZoom();
    return Math.max(FINEST_METRES, 2 ** Math.floor(Math.log2(pixel * TOLERANCE_IN_PIXELS)));
  }

  // Settled when what the view needs is drawn.
  update() {
    const tolerance = this.wantedTolerance();
    const view = this.map.getBounds();
    const enough = this.held && this.held.tolerance <= tolerance && (!this.held.box || this.held.box.contains(view));
    if (!enough) {
      this.held = { tolerance, box: this.held && tolerance < WHOLE_FROM_METRES ? view.pad(MARGIN) : null };
      this.coming = this.load(this.held);
    }
    return this.coming;
  }

  async load(asked) {
    const answer = await fetch(this.address(asked.tolerance, asked.box));
    if (!answer.ok || asked !== this.held || this.stopped) return;
    this.draw((await answer.json()).lines);
  }

  address(tolerance, box) {
    const query = new URLSearchParams({ tolerance });
    const shift = this.shift ?? 0;
    if (box) query.set("box", [box.getWest() - shift, box.getSouth(), box.getEast() - shift, box.getNorth()].map((side) => side.toFixed(6)));
    return `${this.track.url}?${query}`;
  }

  draw(lines) {
    const paths = { on: [], off: [] };
    for (const line of lines) paths[line.on ? "on" : "off"].push(this.path(line.points));
    for (const [name, some] of Object.entries(paths)) {
      const fresh = L.polyline(some, { ...this.styles[name], pane: name, interactive: false, smoothFactor: 0, renderer: rendererOf(this.map, name) });
      this.layers[name].addLayer(fresh);
      if (this.drawn[name]) this.layers[name].removeLayer(this.drawn[name]);
      this.drawn[name] = fresh;
    }
  }

  path(points) {
    let [lon, lat] = points;
    this.shift ??= beside(lon / UNITS_PER_DEGREE, this.reference) - lon / UNITS_PER_DEGREE;
    const path = [[lat / UNITS_PER_DEGREE, lon / UNITS_PER_DEGREE + this.shift]];
    for (let index = 2; index < points.length; index += 2) {
      lon += points[index];
      lat += points[index + 1];
      path.push([lat / UNITS_PER_DEGREE, lon / UNITS_PER_DEGREE + this.shift]);
    }
    return path;
  }
}

const renderers = new WeakMap();

// One canvas for all tracks of a layer.
function rendererOf(map, name) {
  if (!renderers.has(map)) renderers.set(map, {});
  const own = renderers.get(map);
  own[name] ??= L.canvas({ pane: name, padding: 0.3 });
  return own[name];
}
