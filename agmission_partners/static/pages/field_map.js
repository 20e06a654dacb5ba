// The map of a job or a flight: planned areas, exclusions, coverage and tracks on a plain ground. No tile of any host is asked for.
import { Grid } from "./grid.js";
import { TrackLines } from "./track_lines.js";
import { wrappedBeside } from "./degrees.js";

const L = window.L;
const DRAWN_FROM_BOTTOM = ["covered", "planned", "off", "on", "double", "missed", "excluded"];
const LARGEST_ZOOM = 21;

export class FieldMap {
  constructor(element) {
    this.element = element;
    this.said = document.querySelector("[data-map-said]");
    this.map = L.map(element, { preferCanvas: true, attributionControl: false, zoomControl: false, zoomSnap: 0.25, maxZoom: LARGEST_ZOOM, minZoom: 3 });
    this.map.setView([0, 0], 3);
    this.layers = {};
    for (const [height, name] of DRAWN_FROM_BOTTOM.entries()) this.layers[name] = this.makeLayer(name, 410 + height * 10);
    this.grid = new Grid().addTo(this.map);
    L.control.zoom({ position: "topright" }).addTo(this.map);
    L.control.scale({ imperial: true, maxWidth: 140 }).addTo(this.map);
    this.tracks = [];
    this.listen();
    this.reload();
  }

  makeLayer(name, zIndex) {
    const pane = this.map.createPane(name);
    pane.style.zIndex = zIndex;
    pane.style.pointerEvents = "none";
    return L.featureGroup([], { pane }).addTo(this.map);
  }

  listen() {
    for (const box of document.querySelectorAll("[data-layer]")) {
      box.addEventListener("change", () => {
        const layer = this.layers[box.dataset.layer];
        if (box.checked) layer.addTo(this.map); else layer.remove();
      });
    }
    document.querySelector("[data-fit]").addEventListener("click", () => this.fit());
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.map.invalidateSize()).observe(this.element);
  }

  async reload() {
    const answer = await fetch(this.element.dataset.map);
    if (!answer.ok) {
      this.say("The map could not be loaded. Reload the page.");
      return;
    }
    const first = !this.data;
    this.data = await answer.json();
    this.draw();
    if (first) this.fit();
    await Promise.all(this.tracks.map((track) => track.update()));
    requestAnimationFrame(() => requestAnimationFrame(() => { this.element.dataset.ready = "true"; })); // canvases draw before the next frame
  }

  draw() {
    const colours = getComputedStyle(document.documentElement);
    const colour = (name) => colours.getPropertyValue(`--map-${name}`).trim();
    this.beside = this.referenceLongitude();
    for (const layer of Object.values(this.layers)) layer.clearLayers();
    for (const feature of this.data.features) this.drawFeature(feature, colour);
    this.grid.setColour(colour("grid"), colour("ink"));
    for (const track of this.tracks) track.stop();
    this.tracks = this.data.tracks.map((track) => new TrackLines(this.map, track, this.layers, {
      on: { ...TRACK_STYLES.on, color: colour("on") }, off: { ...TRACK_STYLES.off, color: colour("off") },
    }, this.beside));
    if (this.element.dataset.ready) for (const track of this.tracks) track.update();
    this.say(this.summary());
  }

  drawFeature(feature, colour) {
    const { layer, name } = feature.properties;
    if (!(layer in AREA_STYLES)) return;
    const style = { ...AREA_STYLES[layer], color: colour(layer), pane: layer, renderer: this.rendererOf(layer), interactive: false };
    const drawn = L.geoJSON(wrappedBeside(feature, this.beside), { style: () => style, pane: layer, interactive: false });
    this.layers[layer].addLayer(drawn);
    if (name) drawn.bindTooltip(name, { permanent: true, direction: "center", className: "area-name" });
  }

  rendererOf(name) {
    this.renderers ??= {};
    this.renderers[name] ??= L.canvas({ pane: name, padding: 0.3 });
    return this.renderers[name];
  }

  referenceLongitude() {
    const [first] = this.data.features;
    if (first) return first.geometry.coordinates.flat(Infinity)[0];
    return this.data.tracks[0]?.bounds[0] ?? 0;
  }

  fit() {
    const bounds = L.latLngBounds([]);
    for (const name of ["planned", "covered"]) if (this.layers[name].getLayers().length) bounds.extend(this.layers[name].getBounds());
    if (!bounds.isValid()) for (const track of this.tracks) bounds.extend(track.bounds());
    if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [24, 24], maxZoom: 18, animate: false });
  }

  summary() {
    const areas = this.data.features.filter((feature) => feature.properties.layer === "planned").length;
    const flights = this.data.tracks.length;
    if (!areas && !flights) return "There is nothing to draw yet: no planned areas, no flights.";
    return `${counted(areas, "planned area")}, ${counted(flights, "flight")}.`;
  }

  say(text) {
    this.said.textContent = text;
  }
}

const AREA_STYLES = {
  planned: { weight: 2.5, fillOpacity: 0.05 },
  excluded: { weight: 2, dashArray: "6 5", fillOpacity: 0.2 },
  covered: { weight: 0, fillOpacity: 0.35 },
  missed: { weight: 0.5, fillOpacity: 0.6 },
  double: { weight: 0.5, fillOpacity: 0.55 },
};
const TRACK_STYLES = {
  on: { weight: 2, opacity: 0.95 },
  off: { weight: 1.2, opacity: 0.9, dashArray: "4 5" },
};

function counted(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
