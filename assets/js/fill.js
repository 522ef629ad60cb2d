// Questionnaires: the place from the telephone, and how far an upload has come. Pages work without it.
import { each } from "./dom.js";

/** Latitude, longitude, height and accuracy, as the form keeps them. */
function pointText(coords) {
  const parts = [coords.latitude.toFixed(6), coords.longitude.toFixed(6)];
  return parts.concat([coords.altitude, coords.accuracy].map((one) => (one || 0).toFixed(1))).join(" ");
}

function locate(button) {
  const box = document.getElementById(button.getAttribute("data-hq-locate"));
  const told = document.getElementById(`${box.id}-located`);
  const tell = (name) => { told.textContent = name ? button.getAttribute(`data-hq-${name}`) : ""; };
  if (!navigator.geolocation) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => {
    tell("busy");
    navigator.geolocation.getCurrentPosition(
      (found) => {
        box.value = pointText(found.coords);
        tell("");
        box.dispatchEvent(new Event("change", { bubbles: true }));
      },
      () => tell("denied"),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
}

function prepare(root) {
  each(root, "data-hq-locate", locate);
}

// An upload of some megabytes takes minutes on a slow line: say that it goes on.
document.addEventListener("htmx:xhr:progress", (event) => {
  const { loaded, total } = event.detail;
  if (!total || total < 100000) return;
  for (const told of document.querySelectorAll("[data-hq-uploading]")) {
    const input = told.parentNode.querySelector("[data-hq-file]");
    if (input && input.files.length) told.textContent = told.getAttribute("data-hq-uploading").replace("{p}", Math.floor((100 * loaded) / total));
  }
});
prepare(document);
document.addEventListener("htmx:load", (event) => prepare(event.target));
