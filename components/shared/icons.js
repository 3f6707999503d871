// Line drawings for buttons, all on a 24 by 24 field; `currentcolor` and widths come from the stylesheet.

export const ICONS = {
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z", "m20 20-4.9-4.9"],
  copy: ["M9 9h10v11H9z", "M5 15V4h10"],
  done: ["m5 12.5 4.5 4.5L19 7.5"],
  download: ["M12 4v11m0 0-4.5-4.5M12 15l4.5-4.5", "M5 20h14"],
  captions: ["M3 18 8 6l5 12", "M4.7 14h6.6", "m14 18 3.5-8 3.5 8", "M15.2 15.5h4.6"],
  previous: ["m6 15 6-6 6 6"],
  next: ["m6 9 6 6 6-6"],
  close: ["m6 6 12 12", "M18 6 6 18"],
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const d of ICONS[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
