// What a display shows: `expo`, `station/<id>`, or `choose`. In the URL's hash, so that it can be bookmarked, and kept
// in the browser, so that a tablet that was restarted shows the same as before.

export const CHOOSE = "choose";
export const EXPO = "expo";
const STATION = "station/";
const KEPT = "orderbuddy.kitchen.view";

export function stationView(stationId) {
  return STATION + encodeURIComponent(stationId);
}

/** Returns the station's id; null for the other views. */
export function stationOf(view) {
  return view.startsWith(STATION) ? decodeURIComponent(view.slice(STATION.length)) : null;
}

export function wantedView() {
  const candidates = [location.hash.slice(1), localStorage.getItem(KEPT) ?? ""];
  return candidates.find(isView) ?? CHOOSE;
}

export function keepView(view) {
  if (view === CHOOSE) localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, view);
  if (location.hash !== `#${view}`) history.replaceState(null, "", `#${view}`);
}

/** Returns the path of the view's socket. Who chooses hears of all stations. */
export function socketPath({ restaurantId, locationId }, view) {
  const place = `/ws/kitchen/${encodeURIComponent(restaurantId)}/${encodeURIComponent(locationId)}`;
  const stationId = stationOf(view);
  return stationId === null ? place : `${place}/stations/${encodeURIComponent(stationId)}`;
}

function isView(text) {
  if (text === CHOOSE || text === EXPO) return true;
  try {
    return Boolean(stationOf(text));
  } catch {
    return false; // a hash that somebody has mistyped
  }
}
