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

/** Change some of it, and tell Python all of it. */
export function choose(bridge, changes) {
  Object.assign(choice, changes);
  bridge.tell({ type: "guftagu.choice", choice: JSON.parse(JSON.stringify(choice)) });
}
