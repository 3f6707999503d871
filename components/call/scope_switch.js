// Whether the pictures of sound are shown; remembered. Narrow pages begin without them.

import { reactive } from "vue";

const KEY = "guftagu.scopes";
const WIDE = "(min-width: 640px)";

function recalled() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === null ? window.matchMedia(WIDE).matches : kept === "shown";
  } catch {
    return window.matchMedia(WIDE).matches;
  }
}

export const scopes = reactive({
  shown: recalled(),
  toggle() {
    scopes.shown = !scopes.shown;
    try {
      localStorage.setItem(KEY, scopes.shown ? "shown" : "hidden");
    } catch {
      // it is kept for this page
    }
  },
});
