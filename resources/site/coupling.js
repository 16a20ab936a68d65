/** A coupling to bend: its two curves, and the particles that it moves. */
for (const root of document.querySelectorAll(".coupling")) {
  const { x, y, shifts, scales, across, ...values } = JSON.parse(root.querySelector("script").textContent);
  const particles = [...root.querySelectorAll("circle")], undone = root.querySelector("[type=checkbox]");
  const [shift, scale] = [...root.querySelectorAll("[data-curve]")].map((part) => {
    const picture = part.querySelector("svg"), { width, height } = picture.viewBox.baseVal;
    const [at, by] = part.querySelectorAll("[type=range]"); // the place of a bump, and its height
    picture.addEventListener("pointerdown", (event) => {
      picture.setPointerCapture(event.pointerId);
      if (!Number(by.value)) at.value = (event.offsetX / picture.clientWidth - 0.5) * width;
    });
    picture.addEventListener("pointermove", (event) => {
      if (picture.hasPointerCapture(event.pointerId)) by.value -= (height * event.movementY) / picture.clientHeight;
      update();
    });
    return { values: values[part.dataset.curve], path: part.querySelector("path"), at, by };
  });
  const bump = ({ at, by }, x) => by.value * Math.exp(-2 * (x - at.value) ** 2); // a standard deviation of 0.5
  function update() {
    particles.forEach((particle, i) => {
      const up = shifts[i] + bump(shift, x[i]), factor = Math.exp(scales[i] + bump(scale, x[i])), moved = factor * y[i] + up;
      particle.setAttribute("cy", -(undone.checked ? (moved - up) / factor : moved));
    });
    for (const curve of [shift, scale]) {
      const points = curve.values.map((value, i) => `${across[i]},${-value - bump(curve, across[i])}`);
      curve.path.setAttribute("d", `M${points.join("L")}`);
    }
  }
  root.addEventListener("input", update);
  root.querySelector("button").addEventListener("click", () => update((shift.by.value = scale.by.value = 0)));
  update();
}
