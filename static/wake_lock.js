// A phone's screen that locks itself would end the call: kept on while one is live.

let lock = null;
let wanted = false;

export async function stayAwake() {
  wanted = true;
  try {
    lock ??= await navigator.wakeLock?.request("screen");
  } catch {
    lock = null; // such as in a battery saver: the call goes on as long as the phone lets it
  }
  if (!wanted) maySleep();
}

export function maySleep() {
  wanted = false;
  lock?.release();
  lock = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible" || !wanted) return;
  lock = null; // a hidden page has lost it
  stayAwake();
});
