// The overview as it changes: the server sends the part that is shown, whole, when it may differ.
// Who has put the focus into it, or selects text there, is not disturbed.
"use strict";
const live = document.querySelector("[data-live]");
const said = document.querySelector("[data-live-state]");
if (live && window.EventSource) {
  let shown = "";
  const source = new EventSource("/live");
  const busy = () => live.contains(document.activeElement) || !window.getSelection().isCollapsed;
  source.addEventListener("standing", (event) => {
    said.textContent = "live";
    const fresh = JSON.parse(event.data);
    if (fresh === shown || busy()) return;
    shown = fresh;
    live.innerHTML = fresh;
  });
  source.addEventListener("over", () => {
    source.close();
    window.location.assign("/login");
  });
  source.addEventListener("error", () => { said.textContent = "waiting for the relay"; });
}
