/** Draw with WebGL 2. A frame is a center and half the shorter side of a panel, in flow units. */
class WebGLRenderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false });
    if (!this.gl) throw new Error("WebGL 2 is missing.");
    this.textures = new WeakMap();
    this.points = this.program(PLACES, POINTS);
    this.lines = this.program(PLACES, LINES);
    this.images = this.program(CORNERS, IMAGES);
    this.buffers = [this.gl.createBuffer(), this.gl.createBuffer(), this.gl.createBuffer()];
  }

  program(vertex, fragment) {
    const gl = this.gl, program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.bindAttribLocation(program, 0, "place");
    gl.bindAttribLocation(program, 1, "color");
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    const found = { program };
    for (const name of ["view", "diameter", "rectangle", "image", "opacity"]) found[name] = gl.getUniformLocation(program, name);
    return found;
  }

  begin(background) {
    const gl = this.gl, { width, height } = this.canvas;
    this.fill({ left: 0, top: 0, width, height }, background);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
  }

  fill({ left, top, width, height }, color) {
    const gl = this.gl;
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, this.canvas.height - top - height, width, height);
    gl.clearColor(...color.map((value) => value / 255), 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
  }

  /** Draw in a panel from now on. Its place is in pixels from the upper left corner of the canvas. */
  enter({ left, top, width, height }, [x, y, extent]) {
    const gl = this.gl, bottom = this.canvas.height - top - height, side = Math.min(width, height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, bottom, width, height);
    gl.viewport(left, bottom, width, height);
    this.view = [x, y, side / (width * extent), side / (height * extent)];
  }

  drawPoints(places, colors, diameter) {
    this.use(this.points, places, colors);
    this.gl.uniform1f(this.points.diameter, diameter);
    this.gl.drawArrays(this.gl.POINTS, 0, places.length / 2);
  }

  /** Draw lines between pairs of points, given by their numbers. */
  drawLines(places, colors, pairs) {
    const gl = this.gl;
    this.use(this.lines, places, colors);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.buffers[2]);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, pairs, gl.STREAM_DRAW);
    gl.drawElements(gl.LINES, pairs.length, gl.UNSIGNED_INT, 0);
  }

  /** Draw a picture over a rectangle of the plane: left, right, bottom and top. */
  drawImage(image, rectangle, opacity = 1) {
    const gl = this.gl, corners = new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.texture(image));
    this.use(this.images, corners, new Uint8Array(16));
    gl.uniform4f(this.images.rectangle, ...rectangle);
    gl.uniform1i(this.images.image, 0);
    gl.uniform1f(this.images.opacity, opacity);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  use(program, places, colors) {
    const gl = this.gl;
    gl.useProgram(program.program);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[0]);
    gl.bufferData(gl.ARRAY_BUFFER, places, gl.STREAM_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[1]);
    gl.bufferData(gl.ARRAY_BUFFER, colors, gl.STREAM_DRAW);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
    gl.uniform4f(program.view, ...this.view);
  }

  texture(image) {
    const gl = this.gl;
    if (!this.textures.has(image)) {
      const texture = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
      for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      this.textures.set(image, texture);
    }
    return this.textures.get(image);
  }
}

const PLACES = `#version 300 es
in vec2 place; in vec4 color; uniform vec4 view; uniform float diameter; out vec4 tint;
void main() { tint = color; gl_PointSize = diameter; gl_Position = vec4((place - view.xy) * view.zw, 0.0, 1.0); }`;
const POINTS = `#version 300 es
precision mediump float; in vec4 tint; out vec4 shown;
void main() { vec2 d = 2.0 * gl_PointCoord - 1.0; if (dot(d, d) > 1.0) discard; shown = tint; }`;
const LINES = `#version 300 es
precision mediump float; in vec4 tint; out vec4 shown; void main() { shown = tint; }`;
const CORNERS = `#version 300 es
in vec2 place; in vec4 color; uniform vec4 view; uniform vec4 rectangle; out vec2 at;
void main() {
  at = vec2(place.x, 1.0 - place.y);
  vec2 spot = mix(rectangle.xz, rectangle.yw, place) + 0.0 * color.xy;
  gl_Position = vec4((spot - view.xy) * view.zw, 0.0, 1.0);
}`;
const IMAGES = `#version 300 es
precision mediump float; in vec2 at; uniform sampler2D image; uniform float opacity; out vec4 shown;
void main() { shown = texture(image, at) * vec4(1.0, 1.0, 1.0, opacity); }`;

/** Draw the same as `WebGLRenderer` on a plain canvas, where WebGL 2 is missing. */
class CanvasRenderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
  }

  begin(background) {
    const { width, height } = this.canvas;
    this.fill({ left: 0, top: 0, width, height }, background);
  }

  fill({ left, top, width, height }, color) {
    this.context.fillStyle = `rgb(${color.join()})`;
    this.context.fillRect(left, top, width, height);
  }

  enter(panel, [x, y, extent]) {
    const scale = Math.min(panel.width, panel.height) / (2 * extent);
    this.panel = panel;
    this.way = [scale, panel.left + panel.width / 2 - scale * x, panel.top + panel.height / 2 + scale * y];
  }

  /** Write points into the pixels themselves: thousands of arcs would take ten times as long. */
  drawPoints(places, colors, diameter) {
    const { left, top, width, height } = this.panel, [scale, atX, atY] = this.way;
    const picture = this.context.getImageData(left, top, width, height), pixels = new Uint32Array(picture.data.buffer);
    const packed = new Uint32Array(colors.buffer, colors.byteOffset, colors.length / 4), disc = discOf(diameter);
    for (let i = 0; i < packed.length; i++) {
      const x = Math.round(scale * places[2 * i] + atX - left), y = Math.round(atY - scale * places[2 * i + 1] - top);
      for (const [right, down] of disc) {
        if (x + right >= 0 && x + right < width && y + down >= 0 && y + down < height) {
          pixels[(y + down) * width + x + right] = packed[i];
        }
      }
    }
    this.context.putImageData(picture, left, top);
  }

  drawLines(places, colors, pairs) {
    const context = this.context, [scale, atX, atY] = this.way;
    this.clip();
    context.lineWidth = window.devicePixelRatio || 1;
    for (let i = 0; i < pairs.length; i += 2) {
      const [first, second] = [pairs[i], pairs[i + 1]], [red, green, blue, alpha] = colors.subarray(4 * first);
      context.strokeStyle = `rgba(${red},${green},${blue},${alpha / 255})`;
      context.beginPath();
      context.moveTo(scale * places[2 * first] + atX, atY - scale * places[2 * first + 1]);
      context.lineTo(scale * places[2 * second] + atX, atY - scale * places[2 * second + 1]);
      context.stroke();
    }
    context.restore();
  }

  drawImage(image, [left, right, bottom, top], opacity = 1) {
    const [scale, atX, atY] = this.way;
    this.clip();
    this.context.globalAlpha = opacity;
    this.context.drawImage(image, scale * left + atX, atY - scale * top, scale * (right - left), scale * (top - bottom));
    this.context.restore();
  }

  clip() {
    const { left, top, width, height } = this.panel;
    this.context.save();
    this.context.beginPath();
    this.context.rect(left, top, width, height);
    this.context.clip();
  }
}

/** Return the pixels that a disc touches, relative to its center. */
function discOf(diameter) {
  const reach = Math.ceil(diameter / 2), found = [];
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) if (x * x + y * y <= ((diameter + 1) / 2) ** 2) found.push([x, y]);
  }
  return found;
}

/** Return the best renderer of a canvas that this browser has. `#renderer=canvas` in the address asks for the other. */
function rendererOf(canvas, asked) {
  try {
    return asked === "canvas" ? new CanvasRenderer(canvas) : new WebGLRenderer(canvas);
  } catch {
    return new CanvasRenderer(canvas);
  }
}
