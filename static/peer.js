// One attempt to hold a call: its peer connection, its channel, and what it holds on to.

import { maySleep } from "wake_lock";

/**
 * The call of the page: made by `preparePeer`, begun by `begin` in webrtc.js, and shared with what that file imports.
 * @typedef {object} Call
 * @property {RTCPeerConnection} pc
 * @property {?RTCDataChannel} channel carries the provider's events; null in a call the server controls
 * @property {RTCRtpSender} sender sends the caller's track
 * @property {Promise<RTCSessionDescriptionInit>} offer
 * @property {number} [attempt] the number by which Python knows the call; from `begin` on
 * @property {AbortController} [abort] ends a request that is on its way; from `begin` on
 * @property {MediaStream} [microphone] what the caller is heard by; once it was opened
 * @property {boolean} [attached] the microphone's track has been given to `sender`
 * @property {MediaStream} [remote] what the caller hears
 * @property {boolean} [dialled] a ticket has been used for it
 * @property {boolean} [again] takes the place of a call that lost its connection
 * @property {boolean} [live] the caller can speak and be heard
 * @property {boolean} [finishing] its microphone is closed; the words under way are still awaited
 * @property {import("levels").Levels} [levels] draws how loud both sides are
 * @property {number} [timer] a limit on whatever is being waited for
 * @property {?number} [predialTimer] runs while the call is only dialled ahead of a click
 * @property {[phase: string, reason: string, detail: object]} [outcome] how a call dialled ahead ended before its click
 * @property {string} [endUrl] where a page that leaves reports the end
 * @property {string} [endToken] what that report is signed with
 */

/** What of a call needs neither microphone nor network; made while the page is idle, so the click need not wait.
 *  @returns {Call} */
export function preparePeer(withChannel) {
  const pc = new RTCPeerConnection();
  const channel = withChannel ? pc.createDataChannel("oai-events") : null; // none in a call the server controls
  const { sender } = pc.addTransceiver("audio", { direction: "sendrecv" });
  return { pc, channel, sender, offer: pc.createOffer() };
}

/** @param {Call} call */
export const isOpen = ({ channel, pc }) => (channel ? channel.readyState === "open" : pc.connectionState === "connected");

let sent = 0;

/** Every event has an id that begins with its type, by which an error tells what it is about (realtime/event_ids.py).
 *  @param {Call} call */
export function sendEvent(call, event) {
  call.channel.send(JSON.stringify({ event_id: `${event.type}#page-${++sent}`, ...event }));
}

/** Let go of the attempt; the microphone may go on into the next one.
 *  @param {Call} call */
export function release(call, { keepMicrophone = false } = {}) {
  maySleep();
  clearTimeout(call.timer);
  clearTimeout(call.predialTimer);
  call.abort.abort();
  if (call.channel) call.channel.onopen = call.channel.onmessage = call.channel.onclose = null;
  call.pc.onconnectionstatechange = call.pc.ontrack = null;
  if (!keepMicrophone) call.microphone?.getTracks().forEach((track) => track.stop());
  call.levels?.close();
  call.channel?.close();
  call.pc.close();
}
