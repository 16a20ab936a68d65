/** Mouse, pen and fingers on the cloud: hovering and tapping, dragging, and zooming with the wheel or two fingers. */
class Pointers {
  constructor(flow) {
    this.flow = flow;
    this.down = new Map();
    const { cloud } = flow;
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) {
      cloud.addEventListener(name, (event) => this[name](event));
    }
    cloud.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    cloud.addEventListener("dblclick", () => flow.set({ view: null }));
  }

  pointerdown(event) {
    if (event.button !== 0) return;
    this.down.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.moved = this.down.size > 1;
    this.begin = [event.offsetX, event.offsetY];
    if (event.pointerType !== "touch") this.flow.cloud.setPointerCapture(event.pointerId);
  }

  pointermove(event) {
    if (event.pointerType === "mouse" && !event.buttons) this.down.delete(event.pointerId); // released elsewhere
    const before = this.down.get(event.pointerId), now = [event.offsetX, event.offsetY];
    if (!before) return event.pointerType === "touch" ? undefined : this.hover(now);
    if (Math.hypot(now[0] - this.begin[0], now[1] - this.begin[1]) > 4) this.moved = true;
    if (this.down.size === 2) this.pinch(event.pointerId, before, now);
    else if (this.moved && event.pointerType !== "touch") this.pan(before, now);
    this.down.set(event.pointerId, now);
  }

  pointerup(event) {
    const was = this.down.delete(event.pointerId);
    if (was && !this.moved && !this.down.size) this.tap([event.offsetX, event.offsetY], event.shiftKey);
  }

  pointercancel(event) {
    this.down.delete(event.pointerId);
  }

  pointerleave() {
    this.flow.tip.hidden = true;
  }

  /** Zoom if Ctrl is held, as touchpads do for two fingers; else, the wheel scrolls the page. */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const [number, at] = this.spot([event.offsetX, event.offsetY]);
    this.flow.zoom(2 ** (-event.deltaY / 300), number, at);
  }

  pan(before, now) {
    const [number, from] = this.spot(before), [, to] = this.spot(now, number), [x, y, extent] = this.flow.frame(number);
    this.flow.set({ view: [x + from[0] - to[0], y + from[1] - to[1], extent] });
  }

  /** Zoom by the distance of two fingers, and move the picture with their middle. */
  pinch(moving, before, now) {
    const [, other] = [...this.down].find(([id]) => id !== moving);
    const apart = (one) => Math.hypot(one[0] - other[0], one[1] - other[1]);
    const middle = (one) => [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
    const [number, at] = this.spot(middle(before));
    if (apart(before) > 0 && apart(now) > 0) this.flow.zoom(apart(now) / apart(before), number, at);
    this.pan(middle(before), middle(now));
  }

  hover(at) {
    const { flow } = this, [particle, cloud] = this.nearest(at);
    flow.tip.hidden = particle === null;
    if (particle === null) return;
    show(flow.tip, particleWords(cloud, particle, Math.round(flow.stageOf(cloud))));
    const left = Math.min(at[0] + 12, flow.cloud.clientWidth - flow.tip.offsetWidth - 4);
    Object.assign(flow.tip.style, { left: `${Math.max(left, 4)}px`, top: `${at[1] + 16}px` });
  }

  /** Select the particle at a place, in addition to others if Shift is held, or deselect it. */
  tap(at, isAdded) {
    const [particle] = this.nearest(at), { selection } = this.flow.state;
    const others = isAdded ? selection.filter((each) => each !== particle) : [];
    this.flow.set({ selection: particle === null || selection.includes(particle) ? others : [...others, particle] });
  }

  /** Return the particle nearest to a place of the canvas in CSS pixels, and its cloud; null if none is near. */
  nearest([x, y]) {
    const { flow } = this, [number] = this.spot([x, y]), { ratio, state } = flow;
    const cloud = flow.clouds[number], places = flow.pixels(number);
    if (!state.marks.has("points")) return [null, cloud];
    let best = null, least = (NEAR * ratio) ** 2;
    for (let i = 0; i < cloud.count; i++) {
      const apart = (places[2 * i] - ratio * x) ** 2 + (places[2 * i + 1] - ratio * y) ** 2;
      if (apart < least) [best, least] = [i, apart];
    }
    return [best, cloud];
  }

  /** Return the pane at a place of the canvas in CSS pixels, and the point of the plane there. */
  spot([x, y], pane = null) {
    const { flow } = this, { ratio, panels } = flow, [left, top] = [ratio * x, ratio * y];
    const found = panels.findIndex((each) => left >= each.left && left <= each.left + each.width && top >= each.top && top <= each.top + each.height);
    const number = pane ?? Math.max(found, 0), panel = panels[number], [centerX, centerY, extent] = flow.frame(number);
    const scale = Math.min(panel.width, panel.height) / (2 * extent);
    return [number, [
      centerX + (left - panel.left - panel.width / 2) / scale, centerY - (top - panel.top - panel.height / 2) / scale,
    ]];
  }
}

/** Describe a particle at a stage in words. */
function particleWords(cloud, particle, stage) {
  const words = [`Particle ${particle + 1}`];
  if (cloud.data.log_det) {
    if (stage > 0) words.push(`log|det J| of this layer ${number(cloud.logDet(stage)[particle])}`);
    words.push(`of all layers up to here ${number(cloud.total(stage)[particle])}`);
  }
  if (cloud.data.limits.log_density) {
    words.push(`log-density ${number(cloud.logDensity(stage, particle) - cloud.data.unit_log_det)} nats`);
  }
  return words.join(" · ");
}

/** Return the elements that explain a coloring. Counts in a caption hold for one flow, and are left out for several. */
function legendOf(coloring, cloud, theme, isOfSeveral) {
  const key = cloud.data.keys[coloring.name];
  if (!key) return [element("span", {}, `${coloring.title}: not known here`)];
  const caption = element("span", {}, isOfSeveral ? coloring.title : key.caption), scale = theme.scales[key.scale];
  if (key.dots) return [caption, dotsOf(key.dots[theme.name], key.dots[theme.name].length === 12)];
  if (!scale) return [caption];
  const bar = Object.assign(document.createElement("canvas"), { width: 256, height: 1, className: "scale" });
  const picture = new ImageData(256, 1);
  for (let i = 0; i < 256; i++) copy(scale, 3 * (key.turned ? 255 - i : i), picture.data, 4 * i);
  bar.getContext("2d").putImageData(picture, 0, 0);
  return [caption, element("span", { className: "ends" }, ...endsOf(coloring, cloud, key, bar))];
}

/** Return a bar between the numbers at its ends. */
function endsOf(coloring, cloud, key, bar) {
  const limits = cloud.data.limits[coloring.name], shift = coloring.name === "log_density" ? cloud.data.unit_log_det : 0;
  const [low, high] = limits ? limits.map((limit) => number(limit - shift)) : [key.ends[0], key.ends.at(-1)];
  return [low, bar, high];
}

/** Return a dot for each color; the four quadrants are arranged as on the base. */
function dotsOf(colors, isSquare) {
  const order = isSquare ? [2, 3, 0, 1] : [...Array(colors.length / 3).keys()];
  const dots = order.map((i) => {
    const dot = element("span", {});
    dot.style.background = `rgb(${colors.slice(3 * i, 3 * i + 3).join()})`;
    return dot;
  });
  return element("span", { className: isSquare ? "swatches square" : "swatches" }, ...dots);
}

function number(value) {
  return Number.isFinite(value) ? String(Number(value.toFixed(2))).replace("-", "−") : "unknown";
}

/** Move slowly at both ends of a way from 0 to 1. */
function eased(way) {
  return way * way * (3 - 2 * way);
}

/** Create an element. Texts become text nodes, never HTML, because a project is data from strangers. */
function element(name, properties, ...children) {
  const found = Object.assign(document.createElement(name), properties);
  found.append(...children);
  return found;
}

function button(id, tip, text) {
  return element("button", { id, type: "button", title: tip }, text);
}

/** Create a button whose sign needs a name for screen readers. */
function icon(id, tip, sign) {
  return element("button", { id, type: "button", title: tip, ariaLabel: tip }, sign);
}

function select(id, name, choices) {
  return element("select", { id, ariaLabel: name }, ...choices.map(([value, text]) => element("option", { value }, text)));
}

function show(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
