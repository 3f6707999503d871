// A piece of the page that Python changes past NiceGUI's tree: see live_element.py.

const AFTER_WORDS_MS = 30; // painting takes a small machine up to 50 ms: the words of the status go first

export const live = {
  data: () => ({ told: {} }),
  beforeUnmount() {
    clearTimeout(this.timer);
  },
  methods: {
    draw(values, waitMs = AFTER_WORDS_MS) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.take(values), waitMs);
    },
    take(values) {
      this.told = values;
    },
  },
};
