const UNKNOWN = 65535; // the code for NaN

/** Decode the columns of a page: 16-bit integers between two limits, or one number for all particles. */
class Columns {
  constructor(data) {
    this.bytes = data.bytes;
    this.columns = data.columns;
    this.found = new Map();
  }

  /** Return a column as floating-point numbers, decoded at its first use. */
  get(number) {
    if (!this.found.has(number)) this.found.set(number, this.decode(this.columns[number]));
    return this.found.get(number);
  }

  /** Return a part of the bytes, such as one color for each particle. */
  part([start, count]) {
    return this.bytes.subarray(start, start + count);
  }

  decode([start, count, low, high]) {
    const values = new Float32Array(count);
    if (start === null) return values.fill(low ?? NaN);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + start, 2 * count);
    const step = (high - low) / (UNKNOWN - 1);
    for (let i = 0; i < count; i++) {
      const stored = view.getUint16(2 * i, true);
      values[i] = stored === UNKNOWN ? NaN : low + step * stored;
    }
    return values;
  }
}

/** Return the bytes of a text in Base64. */
function decoded(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Return the two stages around a position between stages, and the share of the way from the first to the second. */
function between(stage, last) {
  const before = Math.min(Math.max(Math.floor(stage), 0), last);
  return [before, Math.min(before + 1, last), Math.min(Math.max(stage - before, 0), 1)];
}

/** Interpolate two columns into every few places of an array. */
function interpolate(target, offset, stride, first, second, share) {
  for (let i = 0, at = offset; i < first.length; i++, at += stride) target[at] = first[i] + share * (second[i] - first[i]);
}

/** Particles at every stage of a flow: their positions, densities and colors, and the frame of the camera. */
class Cloud {
  constructor(columns, data) {
    this.columns = columns;
    this.data = data;
    this.last = data.x.length - 1;
    this.count = columns.columns[data.x[0]][1];
    this.places = new Float32Array(2 * this.count);
    this.cache = new Map();
  }

  /** Return the positions at a stage, x and y in turns, in flow units. The array is used again. */
  positions(stage) {
    const [before, after, share] = between(stage, this.last);
    ["x", "y"].forEach((axis, offset) => {
      const [first, second] = [before, after].map((each) => this.columns.get(this.data[axis][each]));
      interpolate(this.places, offset, 2, first, second, share);
    });
    return this.places;
  }

  /** Return the position of a particle at a stage. */
  position(stage, particle) {
    const [before, after, share] = between(stage, this.last);
    return ["x", "y"].map((axis) => {
      const [first, second] = [before, after].map((each) => this.columns.get(this.data[axis][each])[particle]);
      return first + share * (second - first);
    });
  }

  /** Return the stage at the same share of the layers as one of several flows; whole stages remain whole. */
  stageOf(stage, last) {
    const at = (whole) => Math.round((whole * this.last) / last), [before, after, share] = between(stage, last);
    return at(before) + share * (at(after) - at(before));
  }

  /** Return whether a coloring is known for these particles. */
  knows(name) {
    return name in this.data.fixed || name in this.data.limits;
  }

  /** Return log|det J| of each layer alone at a stage, in nats. */
  logDet(stage) {
    return stage === 0 ? new Float32Array(this.count) : this.columns.get(this.data.log_det[stage]);
  }

  /** Return the sum of log|det J| from the base to a stage, in nats. */
  total(stage) {
    if (!this.cache.has(stage)) {
      const before = stage === 0 ? null : this.total(stage - 1);
      this.cache.set(stage, this.logDet(stage).map((value, i) => value + (before ? before[i] : 0)));
    }
    return this.cache.get(stage);
  }

  /** Return the log-density of a particle at a stage, in nats per square flow unit. */
  logDensity(stage, particle) {
    return this.columns.get(this.data.base)[particle] - this.total(stage)[particle];
  }

  /** Return the steps of a color scale, from 0 to 255, of a quantity at a stage. */
  steps(quantity, stage) {
    const key = `${quantity} ${stage}`;
    if (!this.cache.has(key)) {
      const value = quantity === "log_det" ? this.logDet(stage) : this.total(stage).map((_, i) => this.logDensity(stage, i));
      const [low, high] = this.data.limits[quantity];
      this.cache.set(key, value.map((value) => Math.min(Math.max((256 * (value - low)) / (high - low), 0), 255)));
    }
    return this.cache.get(key);
  }

  /** Write the color of each particle at a stage, as four bytes. */
  paint(coloring, stage, theme, target) {
    const scale = theme.scales[coloring.scale];
    if (!this.knows(coloring.name)) {
      for (let i = 0; i < this.count; i++) copy(theme.neutral, 0, target, 4 * i);
      return;
    }
    if (!scale) {
      const { part, colors } = this.data.fixed[coloring.name];
      const numbers = this.columns.part(part);
      for (let i = 0; i < numbers.length; i++) copy(colors[theme.name], 3 * numbers[i], target, 4 * i);
      return;
    }
    const [before, after, share] = between(stage, this.last);
    const first = this.steps(coloring.name, before), second = this.steps(coloring.name, after);
    for (let i = 0; i < first.length; i++) {
      copy(scale, 3 * Math.floor(first[i] + share * (second[i] - first[i]) || 0), target, 4 * i);
    }
  }
}

/** The camera of the program: the center and half extent of the picture at each stage, from boxes around the particles. */
class Camera {
  constructor(boxes, settings) {
    this.boxes = boxes;
    this.settings = settings;
  }

  /** Return the frame at a stage: its center and half extent, in flow units. */
  frame(stage, width, height) {
    const frames = this.frames(width, height), [before, after, share] = between(stage, frames.length - 1);
    const [x, y, extent] = frames[before], [toX, toY, toExtent] = frames[after];
    return [x + share * (toX - x), y + share * (toY - y), extent * (toExtent / extent) ** share];
  }

  /** Return the frame of each stage: it holds the central particles, and zooms out only before the widest stage. */
  frames(width, height) {
    const key = `${width}x${height}`;
    if (this.framed?.key === key) return this.framed.frames;
    const { fill, rounding, least, most } = this.settings, last = this.boxes.length - 1;
    const side = Math.min(width, height), middle = (box) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    const end = middle(this.boxes[last]);
    const centers = this.boxes.map((box, stage) => (stage === 0 ? middle(box) : end));
    const needed = this.boxes.map((box, stage) => {
      const [x, y] = centers[stage];
      const reach = [Math.max(x - box[0], box[2] - x) / width, Math.max(y - box[1], box[3] - y) / height];
      return Math.max((Math.max(...reach) * side) / fill, least);
    });
    const target = needed[last];
    for (let i = 1; i < last; i++) {
      needed[i] = target * rounding ** Math.ceil(Math.log(needed[i] / target) / Math.log(rounding) - 1e-9);
    }
    const widest = (from, to) => Math.max(...needed.slice(from, to));
    const extents = needed.map((_, i) => Math.min(widest(0, i + 1), widest(i), most));
    this.framed = { key, frames: centers.map(([x, y], i) => [x, y, extents[i]]) };
    return this.framed.frames;
  }
}

/** Return the boxes of several clouds together, at the same shares of their layers. */
function commonBoxes(clouds, last) {
  return [...Array(last + 1).keys()].map((stage) => {
    const boxes = clouds.map((cloud) => cloud.data.boxes[cloud.stageOf(stage, last)]);
    const side = (number, choose) => choose(...boxes.map((box) => box[number]));
    return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
  });
}

/** Return a color for each of some points, as four bytes. */
function filled(color, count) {
  const found = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) copy(color, 0, found, 4 * i);
  return found;
}

function copy(source, from, target, to) {
  target[to] = source[from];
  target[to + 1] = source[from + 1];
  target[to + 2] = source[from + 2];
  target[to + 3] = 255;
}
