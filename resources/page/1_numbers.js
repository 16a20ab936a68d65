"use strict";

/** Decode the columns of a page: 16-bit integers between two limits, or one number for all particles. */
class Columns {
  constructor(data) {
    this.bytes = decoded(data.bytes);
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
    if (start === null) return values.fill(low);
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + start, 2 * count);
    const step = (high - low) / 65535;
    for (let i = 0; i < count; i++) values[i] = low + step * view.getUint16(2 * i, true);
    return values;
  }
}

/** Return the bytes of a text in Base64. */
function decoded(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** Return the two stages around a position between stages, and the way from the first to the second. */
function between(stage, last) {
  const before = Math.min(Math.max(Math.floor(stage), 0), last);
  return [before, Math.min(before + 1, last), Math.min(Math.max(stage - before, 0), 1)];
}

/** Write a mix of two columns to an array, at a distance between its numbers. */
function mix(target, offset, apart, first, second, way) {
  for (let i = 0, at = offset; i < first.length; i++, at += apart) target[at] = first[i] + way * (second[i] - first[i]);
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
    const [before, after, way] = between(stage, this.last);
    mix(this.places, 0, 2, this.columns.get(this.data.x[before]), this.columns.get(this.data.x[after]), way);
    mix(this.places, 1, 2, this.columns.get(this.data.y[before]), this.columns.get(this.data.y[after]), way);
    return this.places;
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

  /** Return the log-density at a stage, in nats per unit of area of the axes. */
  logDensity(stage) {
    const base = this.columns.get(this.data.base);
    return this.total(stage).map((value, i) => base[i] - value);
  }

  /** Return the steps of a color scale, from 0 to 255, of a quantity at a stage. */
  steps(quantity, stage) {
    const key = `${quantity} ${stage}`;
    if (!this.cache.has(key)) {
      const values = quantity === "log_det" ? this.logDet(stage) : this.logDensity(stage);
      const [low, high] = this.data.limits[quantity];
      this.cache.set(key, values.map((value) => Math.min(Math.max((256 * (value - low)) / (high - low), 0), 255)));
    }
    return this.cache.get(key);
  }

  /** Write the color of each particle at a stage, as four bytes. */
  paint(coloring, stage, theme, target) {
    const scale = coloring.scale && theme.scales[coloring.scale];
    if (!scale) {
      const { part, colors } = this.data.fixed[coloring.name];
      const numbers = this.columns.part(part);
      for (let i = 0; i < numbers.length; i++) copy(colors[theme.name], 3 * numbers[i], target, 4 * i);
      return;
    }
    const [before, after, way] = between(stage, this.last);
    const first = this.steps(coloring.name, before), second = this.steps(coloring.name, after);
    for (let i = 0; i < first.length; i++) {
      copy(scale, 3 * Math.floor(first[i] + way * (second[i] - first[i]) || 0), target, 4 * i);
    }
  }

  /** Return the center and half extent of the picture at a stage, as the camera of the program chooses them. */
  frame(stage, width, height) {
    const [before, after, way] = between(stage, this.last), frames = this.frames(width, height);
    const [x, y, extent] = frames[before], [toX, toY, toExtent] = frames[after];
    return [x + way * (toX - x), y + way * (toY - y), extent * (toExtent / extent) ** way];
  }

  /** Return the frame of each stage: it holds the central particles, and zooms out only before the widest stage. */
  frames(width, height) {
    const key = `${width}x${height}`;
    if (this.framed?.key === key) return this.framed.frames;
    const { fill, rounding, least, most } = this.data.camera;
    const side = Math.min(width, height), middle = (box) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    const end = middle(this.data.boxes[this.last]);
    const centers = this.data.boxes.map((box, stage) => (stage === 0 ? middle(box) : end));
    const needed = this.data.boxes.map((box, stage) => {
      const [x, y] = centers[stage];
      const reach = [Math.max(x - box[0], box[2] - x) / width, Math.max(y - box[1], box[3] - y) / height];
      return Math.max((Math.max(...reach) * side) / fill, least);
    });
    const target = needed[this.last];
    for (let i = 1; i < this.last; i++) {
      needed[i] = target * rounding ** Math.ceil(Math.log(needed[i] / target) / Math.log(rounding) - 1e-9);
    }
    const widest = (from, to) => Math.max(...needed.slice(from, to));
    const extents = needed.map((_, i) => Math.min(widest(0, i + 1), widest(i), most));
    this.framed = { key, frames: centers.map(([x, y], i) => [x, y, extents[i]]) };
    return this.framed.frames;
  }
}

function copy(source, from, target, to) {
  target[to] = source[from];
  target[to + 1] = source[from + 1];
  target[to + 2] = source[from + 2];
  target[to + 3] = 255;
}
