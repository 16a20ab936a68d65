/** The state of a page: what it shows. A page keeps it in its address, so that a link opens this very view. */
class State {
  constructor(data, panes) {
    const { start } = data, lasts = panes.map((pane) => pane.cloud({ step: Infinity, direction: "generate", given: 0 }).last);
    this.last = Math.max(...lasts);
    const longest = (lists) => lists.reduce((best, each) => (each.length > best.length ? each : best));
    this.steps = longest(data.panes.map((pane) => pane.values[0].moments.map((moment) => moment.step)));
    this.values = longest(data.panes.map((pane) => pane.values.map((value) => value.label)));
    this.colorings = data.colorings.map((each) => each.name);
    this.directions = Object.keys(data.panes[0].values[0].moments.at(-1).clouds);
    this.known = data.marks.map(([mark]) => mark);
    this.limits = [data.camera.least, data.camera.most];
    this.fade = data.fade;
    this.first = {
      stage: start.stage === null ? this.last : Math.round((start.stage * this.last) / lasts[0]), color: start.color,
      direction: start.direction, given: start.given, moment: this.steps.length - 1, view: start.view, marks: new Set(start.marks),
    };
    Object.assign(this, this.first, { selection: [] });
  }

  /** Return the step of the training that is shown. */
  get step() {
    return this.steps[this.moment];
  }

  /** Take over what an address says, such as "#stage=5&color=leaked". Whatever it does not name is as at first. */
  read(hash) {
    const given = new URLSearchParams(hash.slice(1)), text = (name) => given.get(name) || null;
    const number = (name, most, usual) => {
      const value = text(name) === null ? NaN : Number(text(name));
      return Number.isFinite(value) ? Math.min(Math.max(value, 0), most) : usual;
    };
    const choice = (name, choices, usual) => (choices.includes(text(name)) ? text(name) : usual);
    this.stage = number("stage", this.last, this.first.stage);
    this.moment = Math.round(number("moment", this.steps.length - 1, this.first.moment));
    this.given = Math.round(number("given", this.values.length - 1, this.first.given));
    this.color = choice("color", this.colorings, this.first.color);
    this.direction = choice("direction", this.directions, this.first.direction);
    const marks = text("show")?.split(",");
    this.marks = marks ? new Set(this.known.filter((mark) => marks.includes(mark))) : this.first.marks;
    this.view = text("view") === "fit" ? null : (this.viewOf(text("view")) ?? this.first.view);
    const particles = text("particle")?.split(",").map(Number) ?? [];
    this.selection = particles.filter((each) => Number.isInteger(each) && each >= 0);
  }

  viewOf(text) {
    const [x, y, extent, ...more] = (text ?? "").split(",").map(Number);
    const isView = !more.length && [x, y, extent].every(Number.isFinite) && extent > 0;
    return isView ? [x, y, this.limited(extent)] : null;
  }

  /** Return a half extent within the limits of the program. */
  limited(extent) {
    return Math.min(Math.max(extent, this.limits[0]), this.limits[1]);
  }

  /** Return the end of an address that opens this view. */
  hash() {
    const given = new URLSearchParams({ stage: rounded(this.stage, 0.001), color: this.color });
    if (this.direction !== this.first.direction) given.set("direction", this.direction);
    if (this.moment !== this.first.moment) given.set("moment", this.moment);
    if (this.given !== this.first.given) given.set("given", this.given);
    const marks = [...this.marks].join(), usual = [...this.first.marks].join();
    if (marks !== usual) given.set("show", marks || "none");
    if (this.view) given.set("view", this.view.map((each) => rounded(each, this.view[2] / 1e4)).join(","));
    else if (this.first.view) given.set("view", "fit");
    if (this.selection.length) given.set("particle", this.selection.join());
    return `#${given.toString().replaceAll("%2C", ",")}`;
  }
}

/** Round a number to about a step, without more digits than that needs. */
function rounded(value, step) {
  return Number(value.toFixed(Math.min(Math.max(Math.ceil(-Math.log10(step)), 0), 20)));
}
