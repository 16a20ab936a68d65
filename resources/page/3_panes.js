const MOST_PATHS = 50;

/** One flow of the page: its clouds at each value of its condition, each moment and in each direction, and what is behind. */
class Pane {
  constructor(columns, data, limits, former) {
    this.limits = limits; // of the color scales of all flows, if there are several
    this.name = data.name;
    this.columns = columns;
    this.data = data;
    this.cache = new Map();
    this.colors = new Uint8Array(0);
    const kept = (target) => former?.targets.find((each) => each.png === target.png); // which is decoded already
    this.targets = data.values.map(({ target }) => kept(target) ?? { ...target, image: pictureOf(target) });
  }

  /** Return the cloud in the direction of a state, or in the other one if only that is in the page. */
  cloud(state) {
    const data = this.moment(state), shown = data.clouds[state.direction] ? state.direction : "generate";
    return this.kept(`${this.key(state)} ${shown}`, () => {
      const cloud = data.clouds[shown];
      return new Cloud(this.columns, { ...cloud, limits: { ...cloud.limits, ...this.limits } });
    });
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
    const chosen = state.selection.filter((particle) => particle < cloud.count);
    if (chosen.length) this.drawChosen(renderer, stage, cloud, chosen, theme, diameter);
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
    const colors = this.kept(`grid ${theme.name}`, () => filled(theme.grid, grid.count));
    renderer.drawLines(grid.positions(stage), colors, this.kept("pairs", () => meshOf(data.grid.side, data.grid.every)));
  }

  /** Draw chosen particles and, unless there are many, their paths from the base to a stage. */
  drawChosen(renderer, stage, cloud, chosen, theme, diameter) {
    const stops = [...Array(Math.ceil(stage)).keys(), stage], isFew = chosen.length <= MOST_PATHS;
    const pairs = Uint32Array.from({ length: 2 * (stops.length - 1) }, (_, i) => (i + 1) >> 1);
    for (const particle of isFew ? chosen : []) {
      const places = Float32Array.from(stops.flatMap((stop) => cloud.position(stop, particle)));
      if (pairs.length) renderer.drawLines(places, filled(theme.path, stops.length), pairs);
      renderer.drawPoints(places, filled(theme.path, stops.length), diameter + 1);
    }
    const ends = Float32Array.from(chosen.flatMap((particle) => cloud.position(stage, particle)));
    renderer.drawPoints(ends, filled(theme.path, chosen.length), (isFew ? 3 : 1.5) * diameter);
  }
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

/** Draw a cloud at all of its stages, from left to right, with dots of a size in pixels. */
function drawStages(canvas, cloud, camera, theme, coloring, size) {
  const context = canvas.getContext("2d"), { width, height } = canvas;
  context.fillStyle = `rgb(${theme.background.join()})`;
  context.fillRect(0, 0, width, height);
  const cell = width / (cloud.last + 1), every = Math.max(1, Math.floor(cloud.count / 800));
  const colors = new Uint8Array(4 * cloud.count);
  for (let stage = 0; stage <= cloud.last; stage++) {
    const [x, y, extent] = camera.frame(stage, cell, height), places = cloud.positions(stage);
    const scale = Math.min(cell, height) / (2 * extent), middle = (stage + 0.5) * cell;
    cloud.paint(coloring, stage, theme, colors);
    for (let i = 0; i < cloud.count; i += every) {
      const left = scale * (places[2 * i] - x);
      if (Math.abs(left) > cell / 2) continue;
      context.fillStyle = `rgb(${colors[4 * i]},${colors[4 * i + 1]},${colors[4 * i + 2]})`;
      context.fillRect(middle + left, height / 2 - scale * (places[2 * i + 1] - y), size, size);
    }
  }
}
