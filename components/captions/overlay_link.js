// The address of the subtitles: made, copied, opened and revoked.

import { copyText } from "clipboard";

const SAID_MS = 2500;

export default {
  template: `
    <section class="overlay-link" :aria-label="words.overlay_title">
      <h2 class="overlay-link__title">{{ words.overlay_title }}</h2>
      <p class="captions-hint">{{ words.overlay_hint }}</p>
      <a v-if="path" class="overlay-link__address" :href="path" target="_blank" rel="noopener" dir="ltr"
         :aria-label="words.overlay_open">{{ url() }}</a>
      <div class="overlay-link__row">
        <template v-if="path">
          <button class="captions-button" type="button" @click="copy">{{ words.overlay_copy }}</button>
          <button class="captions-button" type="button" @click="$emit('revoke')">{{ words.overlay_revoke }}</button>
        </template>
        <button v-else class="captions-button" type="button" @click="$emit('make')">{{ words.overlay_make }}</button>
        <span class="overlay-link__said" role="status">{{ said }}</span>
      </div>
    </section>`,
  props: { words: Object, path: String },
  data: () => ({ said: "" }),
  beforeUnmount() {
    clearTimeout(this.saying);
  },
  methods: {
    url() {
      return new URL(this.path, window.location.href).href;
    },
    async copy() {
      const copied = await copyText(this.url()).then(() => true, () => false);
      this.said = this.words[copied ? "overlay_copied" : "overlay_not_copied"];
      clearTimeout(this.saying);
      this.saying = setTimeout(() => (this.said = ""), SAID_MS);
    },
  },
};
