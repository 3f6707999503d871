// A microphone with a steady tone, and a count of what the oscilloscopes draw.

const clear = CanvasRenderingContext2D.prototype.clearRect;
let drawn = 0;

CanvasRenderingContext2D.prototype.clearRect = function (...where) {
  drawn++;
  return clear.apply(this, where);
};

navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: 330 });
  const quieter = new GainNode(context, { gain: 0.3 });
  tone.connect(quieter).connect(destination);
  tone.start();
  return destination.stream;
};

window.benchScopes = {
  drawn: () => drawn,

  /** Wait at least so long; how long it was, in seconds. */
  async wait(seconds) {
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return (performance.now() - from) / 1000;
  },
};
