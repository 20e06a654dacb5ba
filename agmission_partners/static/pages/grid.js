// The neutral ground: meridians and parallels at round distances in degrees, named at the edge.
const L = window.L;
const STEPS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001];
const WANTED_PIXELS = 110;

export const Grid = L.Layer.extend({
  onAdd(map) {
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.createPane("grid"));
    this.canvas.setAttribute("aria-hidden", "true");
    map.getPane("grid").style.zIndex = 200;
    map.getPane("grid").style.pointerEvents = "none";
    this.map = map;
    this.colours = ["#ccc", "#666"];
    map.on("moveend zoomend resize viewreset", this.redraw, this);
    return this;
  },

  setColour(line, ink) {
    this.colours = [line, ink];
    this.redraw();
  },

  redraw() {
    const size = this.map.getSize();
    const scale = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this.canvas, this.map.containerPointToLayerPoint([0, 0]));
    this.canvas.width = size.x * scale;
    this.canvas.height = size.y * scale;
    this.canvas.style.width = `${size.x}px`;
    this.canvas.style.height = `${size.y}px`;
    const pen = this.canvas.getContext("2d");
    pen.scale(scale, scale);
    [pen.strokeStyle, pen.fillStyle] = this.colours;
    pen.font = "11px system-ui, sans-serif";
    const bounds = this.map.getBounds();
    const step = this.step(bounds, size);
    for (const lon of rounds(bounds.getWest(), bounds.getEast(), step)) {
      const { x } = this.map.latLngToContainerPoint([bounds.getCenter().lat, lon]);
      line(pen, [x, 0], [x, size.y]);
      pen.fillText(named(lon, step, "E", "W"), x + 4, 14);
    }
    for (const lat of rounds(bounds.getSouth(), bounds.getNorth(), step)) {
      const { y } = this.map.latLngToContainerPoint([lat, bounds.getCenter().lng]);
      line(pen, [0, y], [size.x, y]);
      pen.fillText(named(lat, step, "N", "S"), 6, y - 4);
    }
  },

  step(bounds, size) {
    const perPixel = (bounds.getEast() - bounds.getWest()) / size.x;
    return STEPS.findLast((step) => step / perPixel >= WANTED_PIXELS) ?? STEPS[0];
  },
});

function* rounds(from, to, step) {
  for (let number = Math.ceil(from / step); number * step <= to; number += 1) yield number * step;
}

function line(pen, from, to) {
  pen.beginPath();
  pen.moveTo(...from.map((value) => Math.round(value) + 0.5));
  pen.lineTo(...to.map((value) => Math.round(value) + 0.5));
  pen.stroke();
}

function named(degrees, step, positive, negative) {
  const within = ((degrees + 540) % 360) - 180;
  const value = positive === "E" ? within : degrees;
  const places = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return `${Math.abs(value).toFixed(places)}° ${value < 0 ? negative : positive}`;
}
