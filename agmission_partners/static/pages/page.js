// What pages do by themselves: each part starts where the page has its element.
import { copyOnClick } from "./copy.js";
import { FieldMap } from "./field_map.js";
import { keepFresh } from "./live.js";

copyOnClick(document);

const mapElement = document.querySelector("[data-map]");
const map = mapElement ? new FieldMap(mapElement) : null;

const live = document.querySelector("[data-live]");
if (live) {
  keepFresh(live, { onMapChanged: () => map?.reload() });
}
