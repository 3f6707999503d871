// The conversation over the whole screen in very large type, for people who hear badly. Esc leaves.

const PLACES = [".status", ".notices", ".webrtc", ".tools"]; // of the page, where something is told
const TOLD = ".webrtc__lost, .status, .notice, .tools__hold";

export class CaptionsMode {
  /**
   * @param state where the captions tell what the covered page tells
   * @param onChange called with whether it is on
   */
  constructor(element, state, onChange) {
    this.element = element;
    this.state = state;
    this.watching = new MutationObserver(() => this.tell());
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
    this.watch();
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
    this.watching.disconnect();
    this.onChange(false);
    this.returnFocus();
  }

  /** What the page says of the call is said in here, too. */
  watch() {
    const changes = { subtree: true, childList: true, characterData: true, attributeFilter: ["hidden", "aria-pressed"] };
    for (const place of document.querySelectorAll(PLACES.join())) this.watching.observe(place, changes);
    this.tell();
  }

  tell() {
    const told = [...document.querySelectorAll(TOLD)].filter((node) => node.checkVisibility());
    const text = told.map((node) => node.innerText.trim()).join("\n");
    if (text !== this.state.textContent) this.state.textContent = text;
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
