"use strict";
/** A coupling to bend: its two curves, and the particles that it moves. */
(() => {
  const RANGE = 5, WIDTH = 0.5, SIDE = 640;

  class Coupling {
    constructor(root) {
      this.root = root;
      this.data = JSON.parse(root.querySelector("script").textContent);
      this.cloud = root.querySelector(".cloud");
      this.undone = root.querySelector("[type=checkbox]");
      this.dark = matchMedia("(prefers-color-scheme: dark)");
      this.plots = [...root.querySelectorAll(".drag")].map((canvas) => this.plot(canvas));
      for (const each of [this.undone, this.dark]) each.addEventListener("change", () => this.draw());
      root.querySelector("button").addEventListener("click", () => {
        for (const { at, by } of this.plots) at.value = by.value = 0;
        this.draw();
      });
      this.draw();
    }

    /** Let a curve be dragged, and moved by the sliders below it: one for the place of the bend, and one for its height. */
    plot(canvas) {
      const [at, by] = this.root.querySelectorAll(`[data-curve=${canvas.dataset.name}]`);
      const most = 1 + Math.max(...this.data[canvas.dataset.name].map(Math.abs)); // height that is shown
      for (const each of [at, by]) each.addEventListener("input", () => this.draw());
      canvas.addEventListener("pointerdown", (event) => {
        canvas.setPointerCapture(event.pointerId);
        if (!Number(by.value)) at.value = ((2 * event.offsetX) / canvas.clientWidth - 1) * RANGE;
      });
      canvas.addEventListener("pointermove", (event) => {
        if (!canvas.hasPointerCapture(event.pointerId)) return;
        by.value = Number(by.value) - (2 * most * event.movementY) / canvas.clientHeight;
        this.draw();
      });
      return { name: canvas.dataset.name, canvas, at, by, most };
    }

    /** Return the value of a curve at x, with its bump. */
    value({ name, at, by }, x) {
      const { across } = this.data, values = this.data[name], last = across.length - 1, apart = x - Number(at.value);
      const way = Math.min(Math.max(((x - across[0]) / (across[last] - across[0])) * last, 0), last - 1e-9), i = Math.floor(way);
      return values[i] + (way - i) * (values[i + 1] - values[i]) + Number(by.value) * Math.exp(-(apart ** 2) / (2 * WIDTH ** 2));
    }

    draw() {
      const { x, y, colors } = this.data, palette = colors[this.dark.matches ? "dark" : "light"], [shift, scale] = this.plots;
      const context = this.cloud.getContext("2d"), unit = SIDE / (2 * RANGE), strokeStyle = getComputedStyle(this.cloud).color;
      context.clearRect(0, 0, SIDE, SIDE);
      x.forEach((x, i) => {
        const up = this.value(shift, x), factor = Math.exp(this.value(scale, x)), moved = y[i] * factor + up;
        const shown = this.undone.checked ? (moved - up) / factor : moved;
        context.fillStyle = palette[(x >= 0) + 2 * (y[i] >= 0)];
        context.fillRect(SIDE / 2 + unit * x - 2, SIDE / 2 - unit * shown - 2, 4, 4);
      });
      for (const plot of this.plots) {
        const curve = plot.canvas.getContext("2d"), middle = plot.canvas.height / 2, high = middle / plot.most;
        curve.clearRect(0, 0, SIDE, 2 * middle);
        Object.assign(curve, { strokeStyle, lineWidth: 4 });
        curve.beginPath();
        for (let i = 0; i <= SIDE; i += 4) curve.lineTo(i, middle - high * this.value(plot, i / unit - RANGE));
        curve.stroke();
        curve.fillStyle = strokeStyle;
        curve.fillRect(0, middle, SIDE, 1);
      }
    }
  }

  for (const root of document.querySelectorAll(".coupling")) root.coupling = new Coupling(root);
})();
