"use strict";
/** A coupling to bend: its two curves, and the particles that it moves. */
(() => {
  const WIDTH = 0.5; // of a bump

  class Coupling {
    constructor(root) {
      this.data = JSON.parse(root.querySelector("script").textContent);
      this.particles = [...root.querySelectorAll("circle")];
      this.undone = root.querySelector("[type=checkbox]");
      this.undone.addEventListener("change", () => this.update());
      this.curves = [...root.querySelectorAll("[data-curve]")].map((part) => this.curve(part));
      root.querySelector("button").addEventListener("click", () => this.update(this.curves.forEach(({ by }) => (by.value = 0))));
      this.update();
    }

    /** Let a curve be dragged, or bent by its two sliders: the place of the bend, and its height. */
    curve(part) {
      const picture = part.querySelector("svg"), [at, by] = part.querySelectorAll("input"), { width, height } = picture.viewBox.baseVal;
      for (const each of [at, by]) each.addEventListener("input", () => this.update());
      picture.addEventListener("pointerdown", (event) => {
        picture.setPointerCapture(event.pointerId);
        if (!Number(by.value)) at.value = (event.offsetX / picture.clientWidth - 0.5) * width;
      });
      picture.addEventListener("pointermove", (event) => {
        if (!picture.hasPointerCapture(event.pointerId)) return;
        by.value -= (height * event.movementY) / picture.clientHeight;
        this.update();
      });
      return { values: this.data[part.dataset.curve], path: part.querySelector("path"), at, by };
    }

    update() {
      const { x, y, shifts, scales, across } = this.data, [shift, scale] = this.curves;
      const bump = ({ at, by }, x) => by.value * Math.exp(-((x - at.value) ** 2) / (2 * WIDTH ** 2));
      this.particles.forEach((particle, i) => {
        const up = shifts[i] + bump(shift, x[i]), factor = Math.exp(scales[i] + bump(scale, x[i])), moved = factor * y[i] + up;
        particle.setAttribute("cy", -(this.undone.checked ? (moved - up) / factor : moved));
      });
      for (const curve of this.curves) {
        const points = curve.values.map((value, i) => `${across[i]},${-value - bump(curve, across[i])}`);
        curve.path.setAttribute("d", `M${points.join("L")}`);
      }
    }
  }

  for (const root of document.querySelectorAll(".coupling")) new Coupling(root);
})();
