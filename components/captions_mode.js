// The conversation over the whole screen in very large type, for people who hear badly. Esc leaves.

export class CaptionsMode {
  /** @param onChange called with whether it is on */
  constructor(element, onChange) {
    this.element = element;
    this.onChange = onChange;
    this.hushed = [];
    this.onKey = (event) => event.key === "Escape" && this.leave();
    this.onFullscreen = () => document.fullscreenElement || this.leave();
  }

  get on() {
    return "captions" in this.element.dataset;
  }

  enter() {
    if (this.on) return;
    this.opener = document.activeElement;
    this.element.dataset.captions = "";
    this.hush();
    document.addEventListener("keydown", this.onKey);
    document.addEventListener("fullscreenchange", this.onFullscreen);
    // Where a browser has no full screen, or refuses it, the page itself is filled.
    this.element.requestFullscreen?.().catch(() => null);
    this.onChange(true);
  }

  leave() {
    if (!this.on) return;
    delete this.element.dataset.captions;
    document.removeEventListener("keydown", this.onKey);
    document.removeEventListener("fullscreenchange", this.onFullscreen);
    for (const node of this.hushed.splice(0)) node.inert = false;
    this.onChange(false);
    this.returnFocus();
  }

  /** Nothing outside can take it before the browser has left its full screen. */
  async returnFocus() {
    if (document.fullscreenElement) await document.exitFullscreen();
    this.opener?.focus();
  }

  /** What is covered cannot be reached by keyboard or screen reader. */
  hush() {
    for (let node = this.element; node !== document.body; node = node.parentElement)
      for (const other of node.parentElement.children)
        if (other !== node && !other.inert) this.hushed.push(other);
    for (const node of this.hushed) node.inert = true;
  }
}
