"use strict";
/** The one-dimensional flow of the first lesson: a curve to bend, the points before it, and those after it. */
(() => {
  const KNOTS = [-3, -2, -1, 0, 1, 2, 3], RANGE = 4, RISE = 0.05, SIDE = 320, DEEP = 96, HIGHEST = 2, BINS = 64, HALF = 0.25;
  const place = (x) => (SIDE * (x + RANGE)) / (2 * RANGE), deep = (density) => SIDE + 8 + (DEEP * Math.min(density, HIGHEST)) / HIGHEST;
  const right = (density, y) => `${deep(density)},${SIDE - place(y)}`, below = (density, x) => `${place(x)},${deep(density)}`;
  const normal = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI), path = (points) => `M${points.join("L")}`;
  const FINE = [...Array(641).keys()].map((i) => i / 40 - 8);
  const POINTS = FINE.flatMap((x) => Array(Math.round(100 * normal(x))).fill(x)); // 4,000, normally distributed

  class Curve {
    constructor(root) {
      [this.root, this.heights] = [root, JSON.parse(root.dataset.heights)];
      this.knots = [...root.querySelectorAll("circle")];
      this.slider = root.querySelector("input");
      this.slider.addEventListener("input", () => this.update());
      root.querySelector("button").addEventListener("click", () => this.update((this.heights = [...KNOTS])));
      this.knots.forEach((knot, i) => {
        knot.addEventListener("pointerdown", (event) => knot.setPointerCapture(event.pointerId));
        knot.addEventListener("pointermove", (event) => this.drag(knot, i, event));
        knot.addEventListener("keydown", (event) => this.press(i, event));
      });
      this.update();
    }

    drag(knot, i, event) {
      if (!knot.hasPointerCapture(event.pointerId)) return;
      const spot = new DOMPoint(event.clientX, event.clientY).matrixTransform(knot.getScreenCTM().inverse());
      this.move(i, RANGE - (2 * RANGE * spot.y) / SIDE);
    }

    press(i, event) {
      const up = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key], next = { ArrowLeft: i - 1, ArrowRight: i + 1 }[event.key];
      if (up) this.move(i, this.heights[i] + up);
      this.knots[next]?.focus();
      if (up || next !== undefined) event.preventDefault();
    }

    /** Move a knot, but keep it between its neighbors: the curve must rise. */
    move(i, height) {
      const low = (this.heights[i - 1] ?? -RANGE - RISE) + RISE, high = (this.heights[i + 1] ?? RANGE + RISE) - RISE;
      this.heights[i] = Math.min(Math.max(height, low), high);
      this.update();
      if (height < low || height > high) this.say("The circle stops here: the curve must rise, or two points would land at one place.");
    }

    say(words) {
      this.root.querySelector(".readout").textContent = words;
    }

    /** Return y = f(x) and the slope there, of the rational-quadratic curve of Gregory and Delbourgo. */
    at(x) {
      const rises = KNOTS.slice(1).map((_, i) => this.heights[i + 1] - this.heights[i]);
      const slope = (i) => 2 / (1 / (rises[i - 1] ?? rises[i]) + 1 / (rises[i] ?? rises[i - 1]));
      const i = Math.min(Math.max(Math.floor(x) + 3, 0), 5), t = Math.min(Math.max(x - KNOTS[i], 0), 1), rest = t * (1 - t);
      const mean = rises[i], start = slope(i), end = slope(i + 1), scale = mean + (start + end - 2 * mean) * rest;
      const steep = (mean ** 2 * (end * t * t + 2 * mean * rest + start * (1 - t) ** 2)) / scale ** 2;
      return [this.heights[i] + (mean * (mean * t * t + start * rest)) / scale + steep * (x - KNOTS[i] - t), steep];
    }

    bars(points, spot) {
      const counts = new Array(BINS).fill(0), width = (2 * RANGE) / BINS;
      for (const x of points) counts[Math.floor((x + RANGE) / width)]++;
      const bar = (high, from, to) => path([spot(0, from), spot(high, from), spot(high, to), spot(0, to)]);
      return counts.map((count, i) => bar(count / points.length / width, i * width - RANGE, (i + 1) * width - RANGE)).join("");
    }

    update() {
      const center = Number(this.slider.value), ends = [center - HALF, center + HALF], images = ends.map((x) => this.at(x)[0]);
      const [y, slope] = this.at(center), along = 0.9 / Math.hypot(1, slope), spot = (x, y) => `${place(x)},${SIDE - place(y)}`;
      const area = (way, [from, to]) => path([way(0, from), way(HIGHEST, from), way(HIGHEST, to), way(0, to)]);
      const found = {
        line: path(FINE.filter((x) => Math.abs(x) <= RANGE).map((x) => spot(x, this.at(x)[0]))),
        density: path(FINE.map((x) => below(normal(x), x))) + path(FINE.map((x) => right(normal(x) / this.at(x)[1], this.at(x)[0]))),
        tangent: path([spot(center - along, y - along * slope), spot(center + along, y + along * slope)]),
        bars: this.bars(POINTS, below) + this.bars(POINTS.map((x) => this.at(x)[0]), right),
        slice: area(below, ends) + area(right, images),
      };
      for (const [name, d] of Object.entries(found)) this.root.querySelector(`.${name}`).setAttribute("d", d);
      this.knots.forEach((knot, i) => {
        knot.setAttribute("cy", SIDE - place(this.heights[i]));
        knot.setAttribute("aria-valuenow", this.heights[i].toFixed(2));
      });
      const width = images[1] - images[0], share = (2 * HALF * (normal(ends[0]) + 4 * normal(center) + normal(ends[1]))) / 6;
      this.say(`The slice holds ${Math.round(100 * share)}% of the points. Below, it is 0.50 wide: density ${(2 * share).toFixed(2)}. `
        + `At the right, it is ${width.toFixed(2)} wide: density ${(share / width).toFixed(2)}. The slope is ${slope.toFixed(2)}.`);
    }
  }

  for (const root of document.querySelectorAll(".curve")) root.curve = new Curve(root);
})();
