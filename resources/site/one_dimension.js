/** The one-dimensional flow of the first lesson: a curve to bend, the points before it, and those after it. */
for (const root of document.querySelectorAll(".curve")) {
  const KNOTS = [-3, -2, -1, 0, 1, 2, 3], RANGE = 4, RISE = 0.05, HIGHEST = 2, WIDTH = 1 / 8, HALF = 0.25;
  const FINE = [...Array(641).keys()].map((i) => i / 40 - 8), normal = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  const POINTS = FINE.flatMap((x) => Array(Math.round(100 * normal(x))).fill(x)); // 4,000, normally distributed
  const deep = (density) => 4.2 + 1.2 * Math.min(density, HIGHEST), path = (points) => `M${points.join("L")}`;
  const right = (density, y) => [deep(density), -y], below = (density, x) => [x, deep(density)], isShown = (x) => Math.abs(x) <= RANGE;
  const area = (spot, density, [from, to]) => path([spot(0, from), spot(density, from), spot(density, to), spot(0, to)]);
  const knots = [...root.querySelectorAll("circle")], slider = root.querySelector("input"), words = root.querySelector(".readout");
  let heights = JSON.parse(root.dataset.heights);

  /** Return y = f(x) and the slope there, of the rational-quadratic curve of Gregory and Delbourgo. */
  function at(x) {
    const rises = KNOTS.slice(1).map((_, i) => heights[i + 1] - heights[i]);
    const slope = (i) => 2 / (1 / (rises[i - 1] ?? rises[i]) + 1 / (rises[i] ?? rises[i - 1]));
    const i = Math.min(Math.max(Math.floor(x) + 3, 0), 5), t = Math.min(Math.max(x - KNOTS[i], 0), 1), rest = t * (1 - t);
    const mean = rises[i], start = slope(i), end = slope(i + 1), scale = mean + (start + end - 2 * mean) * rest;
    const steep = (mean ** 2 * (end * t * t + 2 * mean * rest + start * (1 - t) ** 2)) / scale ** 2;
    return [heights[i] + (mean * (mean * t * t + start * rest)) / scale + steep * (x - KNOTS[i] - t), steep];
  }

  function bars(points, spot) {
    const lefts = [...Array((2 * RANGE) / WIDTH).keys()].map((i) => i * WIDTH - RANGE), counts = lefts.map(() => 0);
    for (const x of points) counts[Math.floor((x + RANGE) / WIDTH)]++;
    return lefts.map((left, i) => area(spot, counts[i] / points.length / WIDTH, [left, left + WIDTH])).join("");
  }

  function update() {
    const center = Number(slider.value), ends = [center - HALF, center + HALF], images = ends.map((x) => at(x)[0]);
    const [y, slope] = at(center), along = 0.9 / Math.hypot(1, slope), curve = FINE.map((x) => [x, ...at(x)]);
    const found = {
      line: path(curve.filter(([x, y]) => isShown(x) && isShown(y)).map(([x, y]) => [x, -y])),
      density: path(FINE.filter(isShown).map((x) => below(normal(x), x)))
        + path(curve.filter(([, y]) => isShown(y)).map(([x, y, slope]) => right(normal(x) / slope, y))),
      tangent: path([[center - along, along * slope - y], [center + along, -along * slope - y]]),
      bars: bars(POINTS, below) + bars(POINTS.map((x) => at(x)[0]), right),
      slice: area(below, HIGHEST, ends) + area(right, HIGHEST, images),
    };
    for (const [name, d] of Object.entries(found)) root.querySelector(`.${name}`).setAttribute("d", d);
    knots.forEach((knot, i) => {
      knot.setAttribute("cy", -heights[i]);
      knot.setAttribute("aria-valuenow", heights[i].toFixed(2));
    });
    const width = images[1] - images[0], share = (2 * HALF * (normal(ends[0]) + 4 * normal(center) + normal(ends[1]))) / 6;
    words.textContent = `The slice holds ${Math.round(100 * share)}% of the points. Below, it is 0.50 wide: density ${(2 * share).toFixed(2)}. `
      + `At the right, it is ${width.toFixed(2)} wide: density ${(share / width).toFixed(2)}. The slope is ${slope.toFixed(2)}.`;
  }

  /** Move a knot, but keep it between its neighbors: the curve must rise. */
  function move(i, height) {
    const low = (heights[i - 1] ?? -RANGE - RISE) + RISE, high = (heights[i + 1] ?? RANGE + RISE) - RISE;
    heights[i] = Math.min(Math.max(height, low), high);
    update();
    if (height !== heights[i]) words.textContent = "The circle stops here: the curve must rise, or two points would land at one place.";
  }

  knots.forEach((knot, i) => {
    knot.addEventListener("pointerdown", (event) => knot.setPointerCapture(event.pointerId));
    knot.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
      const spot = new DOMPoint(clientX, clientY).matrixTransform(knot.getScreenCTM().inverse());
      if (knot.hasPointerCapture(pointerId)) move(i, -spot.y);
    });
    knot.addEventListener("keydown", (event) => {
      const up = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key], next = { ArrowLeft: i - 1, ArrowRight: i + 1 }[event.key];
      if (up) move(i, heights[i] + up);
      knots[next]?.focus();
      if (up || next !== undefined) event.preventDefault();
    });
  });
  slider.addEventListener("input", update);
  root.querySelector("button").addEventListener("click", () => update((heights = [...KNOTS])));
  update();
}
