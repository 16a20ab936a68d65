const GLIDE_SECONDS = 0.35, STEP_SECONDS = 0.75, MOVING = 0.55, NEAR = 14, ZOOM = 1.25;

/** The interactive picture of one or several flows, with its controls, in a page or a widget, which keeps its state. */
class Flow {
  constructor(root, data, host) {
    Object.assign(this, { root, host });
    this.load(data);
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.build(root);
    this.renderer = rendererOf(this.cloud, new URLSearchParams(host.hash.slice(1)).get("renderer"));
    this.connect();
    this.update();
    root.classList.add("live"); // hides the picture for browsers without scripts
  }

  /** Take other data, such as those of a later moment of a training, and show them in the same state. */
  load(data) {
    const shown = this.state?.hash() ?? this.host.hash;
    this.data = data;
    this.columns = new Columns(data);
    this.panes = data.panes.map((pane, number) => new Pane(this.columns, pane, data.limits, this.panes?.[number]));
    const mapped = (values, change) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
    const read = (part) => this.columns.part(part);
    this.themes = mapped(data.themes, (theme) => ({ ...theme, scales: mapped(theme.scales, read) }));
    this.state = new State(data, this.panes);
    this.state.read(shown);
    this.cameras = this.legendKey = this.look = null;
  }

  /** Free what would outlive the elements: listeners, and one of the few WebGL contexts of a browser. */
  close() {
    this.stop();
    this.closing.abort();
    this.renderer.gl?.getExtension("WEBGL_lose_context")?.loseContext();
  }

  // The elements

  build(root) {
    const { data } = this, shown = (name) => data.controls.includes(name);
    this.cloud = element("canvas", { id: "cloud", tabIndex: 0, role: "application" });
    this.tip = element("p", { className: "tip", hidden: true });
    this.names = element("div", { className: "names" }, ...this.panes.map((pane) => element("span", {}, pane.name)));
    this.stage = element("input", { type: "range", id: "stage", ariaLabel: "Stage", min: 0, step: "any" });
    this.place = element("span", { className: "place" });
    this.play = icon("play", "Play the layers (Space)", "▶");
    this.color = select("color", "Color by", data.colorings.map(({ name, title }) => [name, title]));
    this.direction = select("direction", "Direction", data.directions);
    this.moment = element("input", { type: "range", id: "moment", ariaLabel: "Moment of the training", min: 0, step: 1 });
    this.step = element("span", { className: "place" });
    this.condition = element("input", { type: "range", id: "condition", ariaLabel: data.condition, min: 0, step: 1 });
    this.value = element("span", { className: "place value" });
    this.value.style.minWidth = `min(${Math.max(...this.state.values.map((value) => value.length))}ch, 45%)`; // for all values
    this.tour = icon("play-condition", "Play the values (Space)", "▶");
    this.values = element("div", { className: "row" }, this.tour, element("span", {}, data.condition), this.condition, this.value);
    this.timeline = element("div", { className: "row" }, element("span", {}, "Training"), this.moment, this.step);
    this.zoomIn = icon("zoom-in", "Zoom in (+)", "+");
    this.zoomOut = icon("zoom-out", "Zoom out (−)", "−");
    this.fit = button("fit", "Show the whole cloud (0)", "Fit");
    this.link = button("link", "Copy a link to this view", "Copy link");
    this.marks = data.marks.map(([mark, title]) => button(`show-${mark}`, `Show or hide: ${title.toLowerCase()}`, title));
    this.strip = element("canvas", { className: "strip", ariaHidden: "true" }); // the slider does the same
    this.legend = element("div", { className: "legend" });
    this.sentence = element("p", { className: "sentence", ariaLive: "polite" });
    this.readout = element("p", { className: "readout", ariaLive: "polite" });
    const several = (count, ...found) => (count > 1 ? found : []);
    root.append(
      element("div", { className: "bar" },
        ...(shown("color") ? several(data.colorings.length, element("label", {}, "Color by ", this.color)) : []),
        ...(shown("direction") ? several(data.directions.length, element("label", {}, "Direction ", this.direction)) : []),
        ...(shown("show") ? several(this.marks.length, element("span", { className: "group" }, ...this.marks)) : []),
        ...(shown("zoom") ? [element("span", { className: "group" }, this.zoomOut, this.zoomIn, this.fit)] : []),
        ...(shown("link") ? [this.link] : [])),
      element("div", { className: "picture" }, this.cloud, this.names, this.legend, this.tip),
      ...(shown("strip") ? [this.strip] : []),
      element("div", { className: "row" },
        ...(shown("play") ? [this.play] : []), ...(shown("slider") ? [this.stage] : []), this.place),
      ...(shown("condition") ? [this.values] : []),
      ...(shown("timeline") ? [this.timeline] : []),
      ...(shown("sentence") ? [this.sentence] : []),
      this.readout,
    );
    this.names.hidden = this.panes.length === 1;
    root.classList.toggle("several", this.panes.length > 1);
  }

  connect() {
    const { data, closing: { signal } } = this, set = (name, value) => this.set({ [name]: value });
    this.stage.addEventListener("input", () => this.goTo(Number(this.stage.value), { glides: false }));
    this.stage.addEventListener("change", () => this.goTo(Math.round(this.stage.value)));
    this.condition.addEventListener("input", () => {
      if (this.playing === "given") this.stop();
      set("given", Number(this.condition.value)); // at once: particles between two values would be invented
    });
    this.moment.addEventListener("input", () => set("moment", Number(this.moment.value)));
    this.color.addEventListener("change", () => set("color", this.color.value));
    this.direction.addEventListener("change", () => set("direction", this.direction.value));
    this.play.addEventListener("click", () => this.togglePlaying());
    this.tour.addEventListener("click", () => this.togglePlaying("given"));
    this.marks.forEach((each, i) => each.addEventListener("click", () => this.toggle(data.marks[i][0])));
    this.zoomIn.addEventListener("click", () => this.zoom(ZOOM));
    this.zoomOut.addEventListener("click", () => this.zoom(1 / ZOOM));
    this.fit.addEventListener("click", () => set("view", null));
    this.link.addEventListener("click", () => this.copyLink());
    this.strip.addEventListener("click", (event) => {
      this.goTo(Math.floor((event.offsetX / this.strip.clientWidth) * (this.state.last + 1)));
    });
    for (const [each, name] of [[this.cloud, "stage"], [this.stage, "stage"], [this.condition, "given"]]) {
      each.addEventListener("keydown", (event) => this.press(event, name));
    }
    new Pointers(this);
    this.cloud.addEventListener("webglcontextlost", (event) => event.preventDefault());
    this.cloud.addEventListener("webglcontextrestored", () => {
      this.renderer = rendererOf(this.cloud);
      this.invalidate();
    });
    new ResizeObserver(() => this.resize()).observe(this.cloud);
    window.addEventListener("resize", () => this.resize(), { signal }); // also after a move to a screen of another density
    document.addEventListener("flowviz-decoded", () => this.invalidate(), { signal });
    this.host.connect(this, signal);
  }

  closing = new AbortController();

  // The state

  set(changes) {
    Object.assign(this.state, changes);
    this.update();
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.host.write(this.state), 150);
  }

  toggle(mark) {
    const marks = new Set(this.state.marks);
    if (!marks.delete(mark)) marks.add(mark);
    this.set({ marks });
  }

  /** Take over the state that an address says. */
  read(hash) {
    this.stop();
    this.state.read(hash);
    this.update();
  }

  /** Go to a stage: at once while the slider is dragged, or gliding, unless the reader prefers no motion. */
  goTo(stage, { glides = true } = {}) {
    this.stop();
    const goal = Math.min(Math.max(stage, 0), this.state.last), from = this.state.stage;
    if (!glides || this.calm.matches) return this.set({ stage: goal });
    this.goal = goal;
    this.animate((seconds) => {
      const share = Math.min(seconds / GLIDE_SECONDS, 1);
      this.set({ stage: from + (goal - from) * eased(share) });
      return share < 1;
    });
  }

  /** Play the layers, or the values of the condition ("given"), to their end; or stop. */
  togglePlaying(name = "stage") {
    if (this.playing === name) return this.stop();
    const { state } = this, last = name === "stage" ? state.last : state.values.length - 1;
    const end = name === "stage" && state.direction === "encode" ? 0 : last;
    const from = state[name] === end ? last - end : Math.round(state[name]);
    this.stop();
    this.playing = name;
    this.animate((seconds) => {
      const steps = Math.min(seconds / STEP_SECONDS, Math.abs(end - from)), whole = Math.floor(steps);
      const share = this.calm.matches || name === "given" ? 0 : eased(Math.min((steps - whole) / MOVING, 1));
      this.set({ [name]: from + Math.sign(end - from) * (whole + share) });
      return steps < Math.abs(end - from);
    });
    this.showPlaying();
  }

  animate(step) {
    const begin = performance.now(), run = ++this.run;
    const next = () => {
      if (run !== this.run) return;
      if (step((performance.now() - begin) / 1000)) requestAnimationFrame(next);
      else this.stop();
    };
    next();
  }

  run = 0;
  goal = null; // of a glide

  stop() {
    this.run++;
    this.goal = null;
    this.playing = null; // or the name of what plays
    this.showPlaying();
  }

  showPlaying() {
    for (const [button, name] of [[this.play, "stage"], [this.tour, "given"]]) {
      const plays = this.playing === name;
      show(button, plays ? "❚❚" : "▶");
      button.ariaLabel = plays ? "Pause (Space)" : button.title;
    }
  }

  press(event, name) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { last } = this.state, stage = this.goal ?? this.state.stage, zooms = { "+": ZOOM, "=": ZOOM, "-": 1 / ZOOM };
    const goals = {
      ArrowRight: Math.floor(stage + 1.001), ArrowUp: Math.floor(stage + 1.001), ArrowLeft: Math.ceil(stage - 1.001),
      ArrowDown: Math.ceil(stage - 1.001), Home: 0, End: last,
    };
    if (event.key in goals && name === "stage") this.goTo(goals[event.key]);
    else if (event.key === " ") this.togglePlaying(name);
    else if (event.key in zooms) this.zoom(zooms[event.key]);
    else if (event.key === "0") this.set({ view: null });
    else if (event.key === "Escape") this.set({ selection: [] });
    else return;
    event.preventDefault();
  }

  /** Enlarge the picture around a point of a panel; the center by default. */
  zoom(factor, pane = 0, at = null) {
    const [x, y, extent] = this.frame(pane), fixed = at ?? [x, y];
    const found = this.state.limited(extent / factor), share = found / extent;
    this.set({ view: [fixed[0] + (x - fixed[0]) * share, fixed[1] + (y - fixed[1]) * share, found] });
  }

  async copyLink() {
    const address = location.href.split("#")[0] + this.state.hash();
    const isCopied = await navigator.clipboard?.writeText(address).then(() => true, () => false);
    show(this.readout, isCopied || this.copySelected(address) ? "The link was copied." : address);
  }

  /** Copy a text through a selection: the clipboard of browsers needs HTTPS, which a page on a disk has not. */
  copySelected(text) {
    const area = element("textarea", { value: text });
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    this.link.focus();
    return isCopied;
  }

  // The picture

  get theme() {
    return this.themes[this.host.isDark ? "dark" : "light"];
  }

  get coloring() {
    return this.data.colorings.find((each) => each.name === this.state.color);
  }

  get ratio() {
    return this.cloud.width / this.cloud.clientWidth || 1;
  }

  get panels() {
    return panelsOf(this.panes.length, this.cloud.width, this.cloud.height, Math.round(this.ratio));
  }

  /** Return the lines between a panel and those at its right and below it. */
  edges({ left, top, width, height }) {
    const { width: most, height: lowest } = this.cloud, gap = Math.round(this.ratio);
    return [
      ...(left + width < most ? [{ left: left + width, top, width: gap, height }] : []),
      ...(top + height < lowest ? [{ left, top: top + height, width: width + gap, height: gap }] : []),
    ];
  }

  /** Return the frame of a pane: that of the reader, or one that follows the cloud. */
  frame(number) {
    const { view, stage } = this.state, { width, height } = this.panels[number];
    return view ?? this.camera.frame(stage, width, height);
  }

  /** Return the camera, which frames all flows together. */
  get camera() {
    const { step, direction, given, last } = this.state, key = `${step} ${direction} ${given}`;
    if (this.cameras?.key !== key) {
      this.cameras = { key, camera: new Camera(commonBoxes(this.clouds, last), this.data.camera) };
    }
    return this.cameras.camera;
  }

  /** Return the clouds that are shown. */
  get clouds() {
    return this.panes.map((pane) => pane.cloud(this.state));
  }

  /** Return the stage of a cloud: flows of a comparison with different numbers of layers move together. */
  stageOf(cloud) {
    return cloud.stageOf(this.state.stage, this.state.last);
  }

  /** Return the pixels of all particles of a pane on the canvas, x and y in turns. */
  pixels(number = 0) {
    const cloud = this.clouds[number], panel = this.panels[number];
    const [x, y, extent] = this.frame(number), scale = Math.min(panel.width, panel.height) / (2 * extent);
    const left = panel.left + panel.width / 2, top = panel.top + panel.height / 2;
    return cloud.positions(this.stageOf(cloud)).map((value, i) => (i % 2 ? top - scale * (value - y) : left + scale * (value - x)));
  }

  resize() {
    const ratio = window.devicePixelRatio || 1;
    this.cloud.width = Math.max(1, Math.round(this.cloud.clientWidth * ratio));
    this.cloud.height = Math.max(1, Math.round(this.cloud.clientHeight * ratio));
    this.draw();
    this.drawStrip();
    this.showNames();
  }

  invalidate() {
    this.drawing ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    this.drawing = null;
    const { renderer, theme, state, coloring, panels } = this;
    renderer.begin(theme.background);
    this.panes.forEach((pane, number) => {
      const panel = panels[number], diameter = Math.max((this.data.diameter * Math.min(panel.width, panel.height)) / 800, 1.5 * this.ratio);
      pane.draw(renderer, panel, this.frame(number), state, theme, coloring, diameter);
      for (const edge of this.edges(panel)) renderer.fill(edge, theme.line);
    });
    this.drawn ??= performance.mark("drawn"); // the first picture, which a benchmark measures
  }

  /** Show the state in all elements, and draw soon. */
  update() {
    const { state } = this, [cloud] = this.clouds, moment = this.panes[0].moment(state), value = state.values[state.given];
    const stage = Math.round(this.stageOf(cloud)), { title, sentence } = cloud.data.stages[stage];
    this.tip.hidden = true;
    this.root.style.colorScheme = this.theme.name;
    Object.assign(this.stage, { max: state.last, value: state.stage, ariaValueText: title });
    show(this.place, title);
    show(this.sentence, this.panes.length > 1 ? `${this.panes[0].name}: ${sentence}` : sentence);
    this.cloud.ariaLabel = `${this.data.title}: ${title}`;
    this.color.value = state.color;
    const offers = (direction) => this.host.computes || moment.clouds[direction];
    for (const option of this.direction.options) option.disabled = !offers(option.value);
    this.direction.value = offers(state.direction) ? state.direction : "generate";
    this.timeline.hidden = state.steps.length < 2;
    Object.assign(this.moment, { max: state.steps.length - 1, value: state.moment, ariaValueText: `Step ${state.step}` });
    this.values.hidden = state.values.length < 2;
    Object.assign(this.condition, { max: state.values.length - 1, value: state.given, ariaValueText: value });
    show(this.value, value);
    show(this.step, `Step ${state.step.toLocaleString("en-US")}`);
    this.marks.forEach((each, i) => (each.ariaPressed = state.marks.has(this.data.marks[i][0])));
    this.fit.disabled = !state.view;
    this.showLegend(cloud);
    this.showParticle();
    this.invalidate();
    const look = [state.color, state.direction, state.moment, state.given, this.theme.name].join();
    if (look !== this.look) this.drawStrip();
    this.look = look;
  }

  showNames() {
    [...this.names.children].forEach((name, number) => {
      const { left, top, width } = this.panels[number];
      Object.assign(name.style, { left: `${left / this.ratio}px`, top: `${top / this.ratio}px`, maxWidth: `${width / this.ratio}px` });
    });
  }

  showLegend(cloud) {
    const { coloring, theme, state } = this, key = [coloring.name, theme.name, state.step, state.direction, state.given].join();
    if (key === this.legendKey) return;
    this.legendKey = key;
    this.legend.replaceChildren(...legendOf(coloring, cloud, theme, this.panes.length > 1));
  }

  showParticle() {
    const { selection } = this.state, [particle] = selection, words = this.panes.map((pane, number) => {
      const cloud = this.clouds[number];
      if (selection.length !== 1 || particle >= cloud.count) return null;
      const found = particleWords(cloud, particle, Math.round(this.stageOf(cloud)));
      return pane.name ? `${pane.name}: ${found}` : found;
    });
    show(this.readout, words.filter(Boolean).join(" ") || (selection.length > 1 ? `${selection.length} particles are selected.` : this.data.hint));
  }

  drawStrip() {
    const { strip, theme, coloring, ratio } = this;
    if (!strip.isConnected || !strip.clientWidth) return;
    strip.width = Math.round(strip.clientWidth * ratio);
    strip.height = Math.round(strip.clientHeight * ratio);
    drawStages(strip, this.clouds[0], new Camera(this.clouds[0].data.boxes, this.data.camera), theme, coloring, ratio);
  }
}
