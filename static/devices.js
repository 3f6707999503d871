// Which microphone and which loudspeaker: listed, chosen, remembered, and replaced when one goes away.

import { openMicrophone } from "microphone";
import { listenTo } from "talk";
import { reactive } from "vue";

const DEFAULT = ""; // the browser's own choice
const KEYS = { microphone: "guftagu.microphone", speaker: "guftagu.speaker", volume: "guftagu.volume" };

export const devices = reactive({
  microphones: [],
  speakers: [],
  microphone: recalled("microphone", DEFAULT),
  speaker: recalled("speaker", DEFAULT),
  volume: Number(recalled("volume", 1)),
  picksSpeaker: "setSinkId" in HTMLMediaElement.prototype,
});

function recalled(name, otherwise) {
  try {
    return localStorage.getItem(KEYS[name]) ?? otherwise;
  } catch {
    return otherwise; // a browser that keeps nothing
  }
}

function remember(name, value) {
  devices[name] = value;
  try {
    localStorage.setItem(KEYS[name], value);
  } catch {
    // it is kept for this page
  }
}

const stop = (stream) => stream.getTracks().forEach((track) => track.stop());
const audioOf = (bridge) => bridge.$refs.audio;

/** The microphones and speakers there are; their names are known once the microphone was allowed. */
export async function listDevices() {
  const found = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const named = (kind) => found.filter((device) => device.kind === kind && device.deviceId);
  devices.microphones = named("audioinput").map(({ deviceId, label }) => ({ deviceId, label }));
  devices.speakers = named("audiooutput").map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Keep the devices of this page's calls right, from now on. */
export function watchDevices(bridge) {
  audioOf(bridge).volume = devices.volume;
  playOn(bridge, devices.speaker).catch(() => {}); // not there today; the default one plays
  navigator.mediaDevices?.addEventListener("devicechange", () => devicesChanged(bridge));
  listDevices();
}

let plugged = null;

/** Have calls take their sound from what `open` gives, a stream or a `CallFailure`; null: from a microphone. */
export function plugSource(open) {
  plugged = open;
}

/**
 * The chosen microphone, or where that is not there or in use today, the browser's choice; else a `CallFailure`.
 * @param {() => void} onOther called when it is another one than was chosen
 */
export async function openChosenMicrophone(onOther) {
  if (plugged) return plugged();
  try {
    return await openMicrophone(devices.microphone);
  } catch (failure) {
    if (!devices.microphone || !["microphone_missing", "microphone_busy"].includes(failure.reason)) throw failure;
    const stream = await openMicrophone(DEFAULT);
    devices.microphone = DEFAULT; // the remembered one may be free next time
    onOther();
    return stream;
  }
}

/** This track is the one of the running call. */
export function holdMicrophone(bridge, track) {
  listenTo(track);
  track.onended = () => bridge.call?.microphone?.getAudioTracks().includes(track) && replaceMicrophone(bridge);
  // A browser may know the remembered loudspeaker only now that the microphone is allowed.
  listDevices().then(() => playOn(bridge, devices.speaker)).catch(() => {});
}

export async function chooseMicrophone(bridge, id) {
  const before = devices.microphone;
  remember("microphone", id);
  if (!bridge.call?.attached) return;
  try {
    await speakInto(bridge, await openMicrophone(id));
  } catch {
    remember("microphone", before);
    bridge.notice("microphone_kept");
  }
}

export async function chooseSpeaker(bridge, id) {
  try {
    await playOn(bridge, id);
    remember("speaker", id);
  } catch {
    bridge.notice("speaker_kept");
  }
}

export function chooseVolume(bridge, volume) {
  remember("volume", volume);
  audioOf(bridge).volume = volume;
}

async function playOn(bridge, id) {
  if (devices.picksSpeaker) await audioOf(bridge).setSinkId(id);
}

/** Go on with another microphone: no new offer, the same call. */
export async function speakInto(bridge, stream) {
  const { call } = bridge;
  if (!call) return stop(stream);
  const [track] = stream.getAudioTracks();
  stop(call.microphone);
  call.microphone = stream;
  holdMicrophone(bridge, track);
  await call.sender.replaceTrack(track);
  call.levels?.watch("--mic", stream);
}

async function replaceMicrophone(bridge) {
  // A caller who ends the sharing of a tab does not want the microphone opened in its place.
  if (plugged) return bridge.end("ended", "source_ended");
  try {
    const stream = await openMicrophone(DEFAULT);
    devices.microphone = DEFAULT; // the remembered one may be back next time
    await speakInto(bridge, stream);
    bridge.notice("microphone_replaced");
  } catch (failure) {
    if (bridge.call) bridge.end("ended", failure.reason);
  }
}

async function devicesChanged(bridge) {
  await listDevices();
  if (!devices.speakers.length) return; // none is named before the microphone was allowed
  const isThere = (list, id) => !id || list.some(({ deviceId }) => deviceId === id);
  if (isThere(devices.speakers, devices.speaker)) return;
  devices.speaker = DEFAULT;
  await playOn(bridge, DEFAULT);
  bridge.notice("speaker_replaced");
}
