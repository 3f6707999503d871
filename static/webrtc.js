// The browser's half of a call: microphone, peer connection, event channel and remote audio.
// components/call/webrtc.py is the other half.

import { TicketPrefetch } from "ticket_prefetch";
import { stayAwake } from "wake_lock";
import { recallChoice } from "choice";
import { holdMicrophone, openChosenMicrophone, watchDevices } from "devices";
import { readEvent } from "inbound";
import { Levels } from "levels";
import { findObstacle } from "microphone";
import { CallFailure, postOffer } from "offer";
import { line, watchLine } from "page_line";
import { isOpen, preparePeer, release, sendEvent } from "peer";
import { cancelPredial, confirmCall, deferOutcome } from "predial";
import { open } from "talk";
import { attachSilence, sayOpening, startTyping } from "typing";
import { Uplink } from "uplink";
import { cutVoice } from "voice_cut";

/** @typedef {import("peer").Call} Call */

const CHANNEL_TIMEOUT_MS = 15000; // from the answer to an open channel
const TICKET_TIMEOUT_MS = 20000;
const CONNECTING_AFTER_MS = 150; // what is live sooner is not drawn as connecting: drawing would hold it up
const LOST_PEER_MS = 5000; // how long a short `disconnected` may last
const LEVELS_AFTER_MS = 150; // making an AudioContext blocks the page while it should paint that the call is live

/** Drawing every frame of it takes time from setting up; with its next look it moves again. */
function restCircle(circle) {
  circle?.getAnimations({ subtree: true }).forEach((animation) => animation.pause());
}

export default {
  props: { known: Array, wanted: Array, withChannel: Boolean, orb: String, graceMs: Number, words: Object },
  data: () => ({ muted: false, lost: false }),
  render() {
    const button = (label, onClick) => Vue.h("button", { class: "button button--start", type: "button", onClick }, label);
    return Vue.h("div", { class: "webrtc" }, [
      Vue.h("audio", { ref: "audio", autoplay: true }),
      this.muted ? button(this.words.tap_to_hear, () => this.hear()) : null,
      this.lost ? Vue.h("p", { class: "webrtc__lost", role: "alert" }, this.words[this.lost]) : null,
      this.lost ? button(this.words.reload, () => window.location.reload()) : null,
    ]);
  },
  created() {
    /** @type {?Call} */
    this.call = null;
    this.attempts = 0;
    this.opening = null; // what a call that begins in writing is to be told first
    this.uplink = new Uplink((entries) => this.$emit("batch", { entries }));
    this.ahead = new TicketPrefetch(() => this.uplink.post({ type: "guftagu.ticket" }));
    this.onPageHide = () => this.leave();
    this.onBeforeUnload = (event) => this.call?.live && event.preventDefault();
  },
  mounted() {
    window.addEventListener("pagehide", this.onPageHide);
    window.addEventListener("beforeunload", this.onBeforeUnload);
    if (findObstacle()) this.notice(findObstacle());
    else this.prepared = preparePeer(this.withChannel);
    watchDevices(this);
    recallChoice(this);
    watchLine(this);
    this.ahead.renew();
  },
  beforeUnmount() {
    this.leave();
    this.ahead.take();
    this.prepared?.pc.close();
    window.removeEventListener("pagehide", this.onPageHide);
    window.removeEventListener("beforeunload", this.onBeforeUnload);
  },
  methods: {
    // --- in the click

    start(resumes = false, typed = false) {
      if (resumes) cancelPredial(this);
      if (this.call && !this.call.predialTimer) return;
      const obstacle = typed ? null : findObstacle();
      const call = this.call ?? this.begin();
      if (obstacle) return this.end("failed", obstacle);
      confirmCall(call);
      restCircle(document.querySelector(this.orb));
      this.phase("microphone", { resumes });
      if (call.outcome) return this.end(...call.outcome);
      if (!call.timer) this.dialSoon(call); // else the press did
      if (typed) attachSilence(this, call);
      else this.attachMicrophone(call);
    },
    startTyping(text, onTaken) {
      startTyping(this, text, onTaken);
    },
    say(text) {
      if (this.call?.live) this.uplink.post({ type: "guftagu.say", text });
      return Boolean(this.call?.live);
    },
    tell(event) {
      this.uplink.post(event);
    },
    hear() {
      const refused = (error) => (this.muted = error.name === "NotAllowedError");
      this.$refs.audio.play().then(() => (this.muted = false), refused);
    },

    // --- from Python

    ready(ticket) {
      if (this.call && !this.call.dialled && !this.call.again) this.dial(this.call, ticket);
      else this.ahead.keep(ticket);
    },
    ticket(ticket) {
      if (ticket.attempt !== this.call?.attempt) return;
      const { call } = this;
      call.endUrl = ticket.endUrl;
      call.endToken = ticket.endToken;
      if (!call.dialled) this.dial(call, ticket);
    },
    refuse(attempt) {
      if (attempt === this.call?.attempt) this.drop();
      this.ahead.renew();
    },
    send(events, attempt) {
      if (attempt === this.call?.attempt && this.call.channel?.readyState === "open")
        events.forEach((event) => sendEvent(this.call, event));
    },
    listen(attempt) {
      if (attempt === this.call?.attempt) open();
    },
    ack(seq, paceMs) {
      this.uplink.acknowledge(seq, paceMs);
    },
    stop(reason = "stopped", attempt = this.call?.attempt) {
      if (!this.call || attempt !== this.call.attempt) return;
      if (reason === "stopped") this.beacon(reason); // the socket may carry nothing and not know it yet
      this.end("ended", reason);
    },

    redial() {
      if (!this.call?.live) return;
      const { microphone } = this.call;
      release(this.call, { keepMicrophone: true });
      const call = this.begin();
      Object.assign(call, { microphone, again: true });
      this.phase("redialling");
      call.timer = setTimeout(() => this.end("ended", "peer_lost"), this.graceMs);
      this.sendMicrophone(call);
    },

    // --- setting up

    /** @returns {Call} */
    begin() {
      const call = this.prepared ?? preparePeer(this.withChannel);
      this.prepared = null;
      this.call = Object.assign(call, { attempt: ++this.attempts, abort: new AbortController() });
      this.watchPeer(call);
      return call;
    },
    /** @param {Call} call */
    async attachMicrophone(call) {
      try {
        const stream = await openChosenMicrophone(() => this.notice("microphone_other"));
        if (call !== this.call) return stream.getTracks().forEach((track) => track.stop());
        call.microphone = stream;
      } catch (failure) {
        return call === this.call && this.end("failed", failure.reason);
      }
      await this.sendMicrophone(call);
    },
    /** @param {Call} call */
    async sendMicrophone(call) {
      const [track] = call.microphone.getAudioTracks();
      holdMicrophone(this, track);
      await call.sender.replaceTrack(track);
      call.attached = true;
      if (call.remote) this.play(call);
      this.goLive(call);
    },
    /** @param {Call} call */
    dialSoon(call) {
      call.timer = setTimeout(() => this.end("failed", "provider_timeout"), TICKET_TIMEOUT_MS);
      const ticket = this.ahead.take();
      if (ticket) this.dial(call, ticket);
    },
    /** @param {Call} call */
    dial(call, ticket) {
      call.dialled = true;
      clearTimeout(call.timer);
      this.connect(call, ticket).catch((error) => call === this.call && this.end("failed", error.reason, error.detail));
    },
    /** @param {Call} call */
    async connect(call, ticket) {
      call.pc.setConfiguration({ iceServers: ticket.iceServers });
      const offer = await call.offer;
      const [answer] = await Promise.all([
        postOffer(ticket, offer.sdp, call.abort),
        call.pc.setLocalDescription(offer),
      ]);
      if (call !== this.call) return;
      call.timer = setTimeout(() => this.channelTimeout(call), CHANNEL_TIMEOUT_MS);
      await call.pc.setRemoteDescription({ type: "answer", sdp: answer }).catch(() => {
        throw new CallFailure("provider_bad_answer");
      });
    },
    /** @param {Call} call */
    watchPeer(call) {
      const [onopen, onclose] = [() => this.goLive(call), () => this.channelClosed(call)];
      if (call.channel) Object.assign(call.channel, { onopen, onclose, onmessage: ({ data }) => this.receive(data) });
      call.pc.onconnectionstatechange = () => this.peerChanged(call);
      call.pc.ontrack = ({ track }) => {
        call.remote = new MediaStream([track]);
        if (call.attached) this.play(call);
      };
    },
    /** @param {Call} call */
    play(call) {
      this.$refs.audio.srcObject = call.remote;
      this.hear();
    },
    /** @param {Call} call */
    goLive(call) {
      if (call !== this.call || call.live) return;
      if (!isOpen(call)) return setTimeout(() => this.sayConnecting(call), CONNECTING_AFTER_MS);
      clearTimeout(call.timer);
      if (!call.attached) return;
      call.live = true;
      stayAwake();
      this.phase("live");
      sayOpening(this);
      setTimeout(() => call === this.call && this.drawLevels(call), LEVELS_AFTER_MS);
    },
    /** @param {Call} call */
    sayConnecting(call) {
      if (call === this.call && !call.again && !isOpen(call)) this.phase("connecting");
    },
    /** @param {Call} call */
    drawLevels(call) {
      call.levels = new Levels(document.querySelector(this.orb));
      call.levels.watch("--mic", call.microphone);
      if (call.remote) call.levels.watch("--voice", call.remote);
    },

    // --- while it lives

    receive(data) {
      const at = performance.now();
      const { event, problem } = readEvent(data, this);
      if (problem) this.notice(problem);
      if (!event) return;
      cutVoice(this.call, event);
      this.uplink.post(event, at);
    },
    /** @param {Call} call */
    peerChanged(call) {
      const state = call.pc.connectionState;
      if (state === "failed") this.peerLost(call);
      if (!call.live) return state === "connected" && !call.channel && this.goLive(call);
      clearTimeout(call.timer);
      if (state === "connected") this.phase("live");
      if (state !== "disconnected") return;
      this.phase("reconnecting");
      call.timer = setTimeout(() => this.peerLost(call), LOST_PEER_MS);
    },
    /** @param {Call} call */
    peerLost(call) {
      if (call.live) this.redial();
      else this.end(...(call.again ? ["ended", "peer_lost"] : ["failed", "no_media_path"]));
    },
    /** @param {Call} call */
    channelTimeout(call) {
      const reached = ["connected", "completed"].includes(call.pc.iceConnectionState);
      this.end("failed", reached ? "channel_timeout" : "no_media_path");
    },
    /** @param {Call} call */
    channelClosed(call) {
      if (["disconnected", "failed"].includes(call.pc.connectionState)) this.peerLost(call);
      else this.end(call.live ? "ended" : "failed", "provider_ended");
    },

    // --- the end

    drop() {
      release(this.call);
      this.call = this.opening = null;
      this.$refs.audio.srcObject = null;
      this.muted = false;
    },
    end(phase, reason = "provider_error", detail = {}) {
      if (deferOutcome(this.call, [phase, reason, detail])) return;
      const { attempt } = this.call;
      this.drop();
      this.uplink.post({ type: "guftagu.phase", phase, reason, attempt, ...detail });
      this.ahead.renew();
      this.checkLost();
    },
    leave(reason = "page_left") {
      if (!this.call) return;
      confirmCall(this.call);
      this.beacon();
      this.end("ended", reason);
    },
    beacon(reason = "page_left") {
      if (this.call.endUrl) navigator.sendBeacon(this.call.endUrl, `${this.call.endToken} ${reason}`);
    },

    // --- the page's connection

    phase(phase, detail = {}) {
      this.uplink.post({ type: "guftagu.phase", phase, attempt: this.call.attempt, ...detail });
    },
    notice(code) {
      this.uplink.post({ type: "guftagu.notice", code });
    },
    checkLost() {
      const unsaid = this.uplink.kept.some(([, , event]) => event.type === "guftagu.phase");
      this.lost = !this.call && unsaid && !line.up && "page_lost"; // Python cannot say that it is over
    },
    /** @param {"page_lost" | "server_gone"} why */
    pageLost(why) {
      if (!this.call && !this.lost) return;
      this.leave("page_lost");
      this.lost = why;
    },
  },
};
