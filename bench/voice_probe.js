// Simulated caller: a microphone that plays what the benchmark asks for, and a level meter that notes, on the
// same audio clock, when the remote voice begins and ends. All times are ms of that clock.

const LEVEL_METER = `
  const LOUD = 0.01, PAUSE_S = 0.3; // a shorter pause is part of the speech
  registerProcessor("level-meter", class extends AudioWorkletProcessor {
    lastLoud = -Infinity;
    hearing = false;
    process([[samples]]) {
      if (samples?.some((sample) => Math.abs(sample) > LOUD)) this.loud();
      else if (this.hearing && currentTime - this.lastLoud > PAUSE_S) this.tell("silence", this.lastLoud);
      return true;
    }
    loud() {
      this.lastLoud = currentTime + 128 / sampleRate;
      if (!this.hearing) this.tell("sound", currentTime);
    }
    tell(kind, at) {
      this.hearing = kind === "sound";
      this.port.postMessage({ kind, at: at * 1000 });
    }
  });
`;

const bench = (window.benchVoice = {
  heard: [],

  /** Make the microphone; `speech` is a WAV file in base64. */
  async prepare(speech) {
    if (bench.context) return;
    bench.context = new AudioContext();
    bench.microphone = bench.context.createMediaStreamDestination();
    const hum = new ConstantSourceNode(bench.context, { offset: 0 }); // without any source no packets are sent
    hum.connect(bench.microphone);
    hum.start();
    const bytes = Uint8Array.from(atob(speech), (char) => char.charCodeAt(0));
    bench.speech = await bench.context.decodeAudioData(bytes.buffer);
    await bench.context.audioWorklet.addModule(URL.createObjectURL(new Blob([LEVEL_METER], { type: "text/javascript" })));
  },

  listen(track) {
    const meter = new AudioWorkletNode(bench.context, "level-meter");
    meter.port.onmessage = ({ data }) => bench.heard.push(data);
    bench.context.createMediaStreamSource(new MediaStream([track])).connect(meter);
  },

  /** Say the speech; from when to when it will be loud. */
  say() {
    const source = new AudioBufferSourceNode(bench.context, { buffer: bench.speech });
    source.connect(bench.microphone);
    const start = bench.context.currentTime + 0.1;
    source.start(start);
    const samples = bench.speech.getChannelData(0);
    const loud = (sample) => Math.abs(sample) > 0.01;
    const at = (index) => (start + index / bench.speech.sampleRate) * 1000;
    return { from: at(samples.findIndex(loud)), to: at(samples.findLastIndex(loud)) };
  },

  /** The first `kind` heard after a time, there or still to come. */
  async next(kind, after, timeout_ms = 60000) {
    const deadline = performance.now() + timeout_ms;
    for (;;) {
      const found = bench.heard.find((one) => one.kind === kind && one.at >= after);
      if (found) return found.at;
      if (performance.now() > deadline) throw new Error(`no ${kind} within ${timeout_ms} ms`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  /** When the remote voice last fell silent before a time; it may have paused and gone on before. */
  lastSilence: (before) => bench.heard.findLast(({ kind, at }) => kind === "silence" && at < before).at,

  now: () => bench.context.currentTime * 1000,
});

navigator.mediaDevices.getUserMedia = async () => bench.microphone.stream;
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("track", ({ track }) => bench.listen(track));
  }
};
