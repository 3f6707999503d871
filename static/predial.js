// The call is placed while Start is held down, before the click: docs/decisions/predial.md.

import { findObstacle } from "microphone";

const LONGEST_MS = 1000; // who has not let go by then is not about to click
let wasted = false;

export function press(bridge) {
  if (bridge.call || wasted || findObstacle()) return;
  const call = bridge.begin();
  call.press = setTimeout(() => letGo(bridge), LONGEST_MS);
  bridge.phase("pressed");
  bridge.dialSoon(call);
}

/** No click came of it. The next one does without: a finger that scrolls the page may come by again and again. */
export function letGo(bridge) {
  if (!bridge.call?.press) return;
  settle(bridge.call);
  wasted = true;
  bridge.end("ended", "not_started");
}

/** It is a call now, pressed for or not. */
export function settle(call) {
  clearTimeout(call.press);
  call.press = null;
  wasted = false;
}

/** Whether there is nobody yet to tell how the call ended: the click will say it. */
export function holdsBack(call, outcome) {
  if (call.press) call.outcome ??= outcome;
  return Boolean(call.press);
}
