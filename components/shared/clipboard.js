/**
 * Puts text on the clipboard; fails where the browser does not allow it.
 * @param text a string, or a promise of one: browsers want the call in the click itself
 */
export async function copyText(text) {
  if (!navigator.clipboard?.write || !window.ClipboardItem) return copyBySelection(await text);
  const blob = Promise.resolve(text).then((there) => new Blob([there], { type: "text/plain" }));
  await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
}

/** On pages without the clipboard's interface, which takes a secure address. */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  focused?.focus();
  if (!copied) throw new Error("copying was refused");
}
