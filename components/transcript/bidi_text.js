// Text as text nodes, never as markup, with the runs isolated that its surroundings would reorder: in text that runs
// from right to left Latin words and numbers ("0300 1234567"), in text that runs from left to right Urdu ones.

const DIGIT = "0-9\\u0660-\\u0669\\u06F0-\\u06F9";
// Letters that run from left to right, and the blocks that Unicode keeps for those that run from right to left.
const LTR = "A-Za-z\\u00AA\\u00B5\\u00BA\\u00C0-\\u0589\\u0900-\\u1FFF\\u2C00-\\u2DFF\\u3005-\\u3007\\u3031-\\uA48F\\uA4D0-\\uABFF\\uAC00-\\uD7FF\\uF900-\\uFAFF";
const RTL = "\\u0591-\\u05F4\\u0700-\\u08FF\\uFB1D-\\uFB4F\\u{10800}-\\u{10FFF}\\u{1E800}-\\u{1EFFF}\\u0620-\\u064A\\u064B-\\u065F\\u066E-\\u06D3\\u06D5-\\u06EF\\u06FA-\\u06FF\\u0750-\\u077F\\uFB50-\\uFDFF\\uFE70-\\uFEFC";
const WORD = `[${LTR}${DIGIT}]`;
const JOINED = `${WORD}(?:[ .,:/@+_%#&'*\\u066B\\u066C-]?${WORD})*`;
const ABBREVIATED = "(?:Rs|No|Mr|Mrs|Ms|Dr)\\. ?";
const SIGN = "(?<![^\\s(\\[«“])[-+\\u2212]"; // of a number, not a hyphen between words
const URL_RUN = `https?://[^\\s${RTL}]*${WORD}`;
const LTR_RUN = `${URL_RUN}|${ABBREVIATED}${JOINED}(?:/-)?|(?:${SIGN})?[$€£₨*#+]*(?:\\(${JOINED}\\)[ -]?)?${JOINED}(?:/-|[%#])?`;
const RTL_RUN = `[${RTL}${DIGIT.slice(3)}]+(?:[ ،'\\u200c-]+[${RTL}${DIGIT.slice(3)}]+)*`;

const SIDES = {
  rtl: { run: new RegExp(LTR_RUN, "gu"), foreign: new RegExp(WORD, "u"), own: new RegExp(`[${RTL}]`, "gu"), dir: "ltr" },
  ltr: { run: new RegExp(RTL_RUN, "gu"), foreign: new RegExp(`[${RTL}]`, "u"), own: new RegExp(`[${LTR}]`, "gu"), dir: "rtl" },
};
const SHORT = 24; // characters that do not break over two lines: a number, or what a button is called
// Browsers lay a whole text node out again when it grows: short ones keep a long answer as quick as a short one.
const NODE_CHARS = 400;
const PIECES = new RegExp(`[^]{1,${NODE_CHARS}}(?=\\s|$)|[^]{1,${NODE_CHARS}}`, "gu");

const pieces = (text) => text.match(PIECES) ?? [];

/** `text` at the end of `parent`, which runs `direction`. */
export function write(parent, text, direction) {
  const { run, foreign, dir } = SIDES[direction];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(run)) {
    if (!foreign.test(found)) continue;
    parent.append(...pieces(text.slice(from, index)));
    const bdi = document.createElement("bdi");
    bdi.dir = dir;
    if (found.length <= SHORT) bdi.className = "bubble__short";
    bdi.textContent = found;
    parent.append(bdi);
    from = index + found.length;
  }
  parent.append(...pieces(text.slice(from)));
}

/** `delta` behind what `parent` holds. What a run may still grow from is written anew, and no more than that. */
export function grow(parent, delta, direction) {
  const { lastChild } = parent;
  const { own, foreign } = SIDES[direction];
  const grows = lastChild instanceof Text && lastChild.length + delta.length < NODE_CHARS;
  // Before the first letter of its own, the "/" behind a number may be the first half of "/-".
  if (grows && lastChild.data.search(own) >= 0 && !foreign.test(delta)) lastChild.appendData(delta);
  else write(parent, takeOpenEnd(parent, SIDES[direction]) + delta, direction);
}

/** Removes and returns what stands behind the last letter that runs the parent's own way. */
function takeOpenEnd(parent, { own }) {
  let end = "";
  while (parent.lastChild && end.length < NODE_CHARS) {
    const { lastChild } = parent;
    const text = lastChild.textContent;
    const settled = lastChild instanceof Text ? [...text.matchAll(own)].at(-1) : null;
    if (!settled) {
      lastChild.remove();
      end = text + end;
      continue;
    }
    const at = settled.index + settled[0].length;
    lastChild.deleteData(at, text.length - at);
    return text.slice(at) + end;
  }
  return end;
}

/** The part of the text inside `root` from `start` to `end`, in UTF-16 units. */
export function rangeIn(root, start, end = Infinity) {
  const range = document.createRange();
  range.selectNodeContents(root);
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let before = 0;
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const after = before + node.length;
    if (start >= before && start <= after) range.setStart(node, start - before);
    if (end >= before && end <= after) {
      range.setEnd(node, end - before);
      break;
    }
    before = after;
  }
  return range;
}
