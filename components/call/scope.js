// One trace of an oscilloscope: a stretch of sound over time.

const SHOWN = 1024; // samples, 21 ms at 48 kHz
const GAIN = 2.2;
const SILENT = 0.004;
const POINT_PX = 1.5; // of the canvas, between two points

export class Scope {
  constructor(canvas, color) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.color = color;
    this.flat = false;
  }

  /** As many pixels as the screen has for it. */
  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    this.thickness = 1.5 * ratio;
    this.flat = false;
    this.draw();
  }

  /** Without samples, or with silent ones, a line at rest; drawn once. */
  draw(samples) {
    const isFlat = !samples || samples.every((sample) => Math.abs(sample) < SILENT);
    if (isFlat && this.flat) return;
    this.flat = isFlat;
    const { width, height } = this.canvas;
    const { pen } = this;
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = this.color;
    pen.lineWidth = this.thickness;
    pen.beginPath();
    if (isFlat) line(pen, width, height / 2);
    else trace(pen, width, height, samples);
    pen.stroke();
  }
}

function line(pen, width, y) {
  pen.moveTo(0, y);
  pen.lineTo(width, y);
}

function trace(pen, width, height, samples) {
  const from = risingEdge(samples);
  const points = Math.max(2, Math.floor(width / POINT_PX));
  for (let point = 0; point < points; point++) {
    const sample = samples[from + Math.floor((point * SHOWN) / points)];
    const y = (1 - Math.max(-1, Math.min(1, sample * GAIN))) * (height / 2);
    pen.lineTo((point * width) / (points - 1), y);
  }
}

/** Where the sound crosses zero upwards: begun there, a steady sound stands still. */
function risingEdge(samples) {
  const last = samples.length - SHOWN;
  for (let at = 1; at < last; at++) if (samples[at - 1] < 0 && samples[at] >= 0) return at;
  return 0;
}
