/** One flow of the page: its clouds at each value of its condition, each moment and in each direction, and what is behind. */
class Pane {
  constructor(columns, data, limits) {
    this.limits = limits; // of the color scales of all flows, if there are several
    this.name = data.name;
    this.columns = columns;
    this.data = data;
    this.cache = new Map();
    this.colors = new Uint8Array(0);
    this.targets = data.values.map(({ target }) => ({ image: pictureOf(target), rectangle: target.rectangle }));
  }

  /** Return the cloud in the direction of a state, or in the other one if only that is in the page. */
  cloud(state) {
    const data = this.moment(state), shown = data.clouds[state.direction] ? state.direction : "generate";
    return this.kept(`${this.key(state)} ${shown}`, () => new Cloud(this.columns, withLimits(data.clouds[shown], this.limits)));
  }

  /** Return the number of the value of the condition; 0 if the flow has none, unlike others beside it. */
  given(state) {
    return Math.min(state.given, this.data.values.length - 1);
  }

  /** Return the data of the moment nearest to the step of a state. */
  moment(state) {
    const apart = (each) => Math.abs(each.step - state.step);
    return this.data.values[this.given(state)].moments.reduce((best, each) => (apart(each) <= apart(best) ? each : best));
  }

  /** Return a name for what is shown at a value of the condition and at a moment. */
  key(state) {
    return `${this.given(state)} ${this.moment(state).step}`;
  }

  kept(key, create) {
    if (!this.cache.has(key)) this.cache.set(key, create());
    return this.cache.get(key);
  }

  /** Draw the flow in a panel. Positions between two stages are on the straight line between them. */
  draw(renderer, panel, frame, state, theme, coloring, diameter) {
    const cloud = this.cloud(state), stage = cloud.stageOf(state.stage, state.last);
    renderer.enter(panel, frame);
    if (state.marks.has("density")) this.drawDensity(renderer, stage, state, theme);
    if (state.marks.has("target")) this.drawTarget(renderer, stage, cloud, state, theme);
    if (state.marks.has("grid")) this.drawGrid(renderer, stage, state, theme);
    if (state.marks.has("points")) {
      if (this.colors.length !== 4 * cloud.count) this.colors = new Uint8Array(4 * cloud.count);
      cloud.paint(coloring, stage, theme, this.colors);
      renderer.drawPoints(cloud.positions(stage), this.colors, diameter);
    }
    if (state.particle !== null && state.particle < cloud.count) this.drawPath(renderer, stage, cloud, state, theme, diameter);
  }

  drawTarget(renderer, stage, cloud, state, theme) {
    const opacity = 1 - state.fade * Math.abs(stage - cloud.last);
    if (opacity <= 0 || !this.moment(state).has_target) return;
    const number = this.given(state), target = this.targets[number];
    const image = this.shaded(target.image, theme.scales.target, `target ${number}`, theme);
    if (image) renderer.drawImage(image, target.rectangle, opacity);
  }

  drawDensity(renderer, stage, state, theme) {
    const data = this.moment(state), nearest = Math.round(stage), key = `density ${this.key(state)} ${nearest}`;
    const density = state.direction === "generate" && data.densities?.[nearest];
    const opacity = 1 - state.fade * Math.abs(stage - nearest);
    if (!density || opacity <= 0) return;
    const image = this.shaded(this.kept(key, () => pictureOf(density)), theme.scales.heat, key, theme);
    if (image) renderer.drawImage(image, density.rectangle, opacity);
  }

  /** Return a gray picture in the colors of a scale, whose low end is transparent; null while it is being decoded. */
  shaded(picture, scale, name, theme) {
    if (!picture.pixels) return null;
    return this.kept(`${name} ${theme.name}`, () => {
      const { width, height, data } = picture.pixels, canvas = Object.assign(document.createElement("canvas"), { width, height });
      const shown = new ImageData(width, height);
      for (let i = 0; i < data.length; i += 4) {
        for (let channel = 0; channel < 4; channel++) shown.data[i + channel] = scale[4 * data[i] + channel];
      }
      canvas.getContext("2d").putImageData(shown, 0, 0);
      return canvas;
    });
  }

  drawGrid(renderer, stage, state, theme) {
    const data = this.moment(state);
    if (!data.grid || state.direction !== "generate") return;
    const grid = this.kept(`grid ${this.key(state)}`, () => new Cloud(this.columns, data.grid));
    const colors = this.kept(`grid ${theme.name}`, () => {
      const found = new Uint8Array(4 * grid.count);
      for (let i = 0; i < grid.count; i++) copy(theme.grid, 0, found, 4 * i);
      return found;
    });
    renderer.drawLines(grid.positions(stage), colors, this.kept("pairs", () => meshOf(data.grid.side, data.grid.every)));
  }

  /** Draw the path of a particle from the base to a stage. */
  drawPath(renderer, stage, cloud, state, theme, diameter) {
    const stops = [...Array(Math.ceil(stage)).keys(), stage], places = new Float32Array(2 * stops.length);
    stops.forEach((stop, i) => places.set(cloud.position(stop, state.particle), 2 * i));
    const colors = new Uint8Array(4 * stops.length), pairs = new Uint32Array(2 * (stops.length - 1));
    for (let i = 0; i < stops.length; i++) copy(theme.path, 0, colors, 4 * i);
    for (let i = 0; i < pairs.length; i++) pairs[i] = (i + 1) >> 1;
    if (pairs.length) renderer.drawLines(places, colors, pairs);
    renderer.drawPoints(places, colors, diameter + 1);
    renderer.drawPoints(places.subarray(-2), colors.subarray(-4), 3 * diameter);
  }
}

function withLimits(cloud, limits) {
  return { ...cloud, limits: { ...cloud.limits, ...limits } };
}

/** Return the pairs of neighbors in a square mesh that lie on every few of its rows and columns. */
function meshOf(side, every) {
  const pairs = [];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      if (row % every === 0) pairs.push(row * side + column, row * side + column + 1);
      if (row % every === 0) pairs.push(column * side + row, (column + 1) * side + row);
    }
  }
  return new Uint32Array(pairs);
}

/** Return a holder for the pixels of a picture, which are there as soon as the browser has decoded it. */
function pictureOf({ png }) {
  const holder = { pixels: null }, image = new Image();
  image.onload = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0);
    holder.pixels = context.getImageData(0, 0, image.width, image.height);
    document.dispatchEvent(new Event("flowviz-decoded"));
  };
  image.src = png;
  return holder;
}

/** Return the panels of some flows on a canvas, in rows and columns that leave each as large as possible. */
function panelsOf(count, width, height, gap) {
  const side = (columns) => Math.min(width / columns, height / Math.ceil(count / columns));
  const columns = [...Array(count).keys()].map((i) => i + 1).reduce((best, each) => (side(each) > side(best) ? each : best), 1);
  const rows = Math.ceil(count / columns);
  return [...Array(count).keys()].map((number) => {
    const column = number % columns, row = Math.floor(number / columns);
    const left = Math.round((column * width) / columns), top = Math.round((row * height) / rows);
    const right = Math.round(((column + 1) * width) / columns), bottom = Math.round(((row + 1) * height) / rows);
    const far = column + 1 < columns ? gap : 0, below = row + 1 < rows ? gap : 0;
    return { left, top, width: right - left - far, height: bottom - top - below };
  });
}
