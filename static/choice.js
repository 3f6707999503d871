// What the caller chose of the settings the persona leaves to them; null is: as the persona has it.
// calls/choice.py is the other half.

import { reactive } from "vue";

export const choice = reactive({
  push_to_talk: false,
  voice: null,
  speed: null,
  noise_reduction: null,
  turn_detection: null,
  answers: null,
});

const KEPT = `guftagu.choice ${location.pathname}`; // for this tab: a reload, and the call it carries on

/** Change some of it, and tell Python all of it. */
export function choose(bridge, changes) {
  Object.assign(choice, changes);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(choice));
  } catch {
    // it is kept for this page
  }
  tell(bridge);
}

/** What was chosen before the page was loaded again. */
export function recallChoice(bridge) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    if (!kept) return;
    Object.assign(choice, kept);
    tell(bridge);
  } catch {
    // a browser that keeps nothing
  }
}

function tell(bridge) {
  bridge.tell({ type: "guftagu.choice", choice: JSON.parse(JSON.stringify(choice)) });
}
