// The call is placed while Start is held down, before the click: docs/decisions/predial.md.

import { findObstacle } from "microphone";

const LONGEST_MS = 1000; // a press held longer than this is not about to become a click
let wasted = false;

/** Dial the call on the press of Start, before its click. */
export function startPredial(bridge) {
  if (bridge.call || wasted || findObstacle()) return;
  const call = bridge.begin();
  call.predialTimer = setTimeout(() => cancelPredial(bridge), LONGEST_MS);
  bridge.phase("pressed");
  bridge.dialSoon(call);
}

/**
 * End the call that was dialled for a press without a click. The next press dials nothing: a finger that scrolls the
 * page may come by again and again.
 */
export function cancelPredial(bridge) {
  if (!bridge.call?.predialTimer) return;
  confirmCall(bridge.call);
  wasted = true;
  bridge.end("ended", "not_started");
}

/** Make it a call of its own, whether it was dialled ahead or not.
 *  @param {import("peer").Call} call */
export function confirmCall(call) {
  clearTimeout(call.predialTimer);
  call.predialTimer = null;
  wasted = false;
}

/** Keep the outcome of a call that is only dialled ahead for its click; return whether it was kept.
 *  @param {import("peer").Call} call */
export function deferOutcome(call, outcome) {
  if (call.predialTimer) call.outcome ??= outcome;
  return Boolean(call.predialTimer);
}
