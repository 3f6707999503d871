// The caller's microphone: whether this page may have one, and opening it.

import { CallFailure } from "offer";

const AUDIO = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const FAILURES = {
  NotAllowedError: "microphone_denied",
  SecurityError: "microphone_denied",
  NotFoundError: "microphone_missing",
  OverconstrainedError: "microphone_missing",
};

function frameWithoutMicrophone() {
  const policy = document.permissionsPolicy ?? document.featurePolicy;
  return window.top !== window.self && policy?.allowsFeature("microphone") === false;
}

/** Why this page cannot have a microphone whatever the caller allows, as a code; null when it can. */
export function findObstacle() {
  if (frameWithoutMicrophone()) return "frame_without_microphone";
  return window.isSecureContext && navigator.mediaDevices ? null : "insecure_origin";
}

/** A stream with one audio track from the device of this id (empty: the browser's choice), or a `CallFailure`. */
export async function openMicrophone(id) {
  try {
    const audio = id ? { ...AUDIO, deviceId: { exact: id } } : AUDIO;
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw new CallFailure(FAILURES[error.name] ?? "microphone_busy");
  }
}
