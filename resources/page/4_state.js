/** The state of a page: what it shows. It is kept in the address, so that a link opens this very view. */
class State {
  constructor(data) {
    const { start } = data;
    this.last = Math.max(...data.panes.map((pane) => pane.moments.at(-1).clouds.generate.x.length)) - 1;
    this.moments = Math.max(...data.panes.map((pane) => pane.moments.length));
    this.colorings = data.colorings.map((each) => each.name);
    this.directions = Object.keys(data.panes[0].moments.at(-1).clouds);
    this.known = start.marks;
    this.first = { stage: start.stage, color: start.color, direction: start.direction, moment: this.moments - 1, view: start.view, marks: new Set(start.marks) };
    Object.assign(this, this.first, { particle: null });
  }

  /** Take over what an address says, such as "#stage=5&color=leaked". Whatever it does not name is as at first. */
  read(hash) {
    const given = new URLSearchParams(hash.slice(1));
    const number = (name, most, usual) => {
      const found = given.has(name) ? Number(given.get(name)) : NaN;
      return Number.isFinite(found) ? Math.min(Math.max(found, 0), most) : usual;
    };
    const choice = (name, choices, usual) => (choices.includes(given.get(name)) ? given.get(name) : usual);
    this.stage = number("stage", this.last, this.first.stage);
    this.moment = Math.round(number("moment", this.moments - 1, this.first.moment));
    this.color = choice("color", this.colorings, this.first.color);
    this.direction = choice("direction", this.directions, this.first.direction);
    const marks = given.get("show")?.split(",");
    this.marks = marks ? new Set(this.known.filter((mark) => marks.includes(mark))) : this.first.marks;
    const view = (given.get("view") ?? "").split(",").map(Number);
    this.view = view.length === 3 && view.every(Number.isFinite) && view[2] > 0 ? view : this.first.view;
    const particle = Number(given.get("particle") ?? NaN);
    this.particle = Number.isInteger(particle) && particle >= 0 ? particle : null;
  }

  /** Return the end of an address that opens this view. */
  hash() {
    const given = new URLSearchParams({ stage: round(this.stage), color: this.color });
    if (this.direction !== this.first.direction) given.set("direction", this.direction);
    if (this.moment !== this.first.moment) given.set("moment", this.moment);
    if (this.marks.size < this.known.length) given.set("show", [...this.marks].join(",") || "none");
    if (this.view) given.set("view", this.view.map(round).join(","));
    if (this.particle !== null) given.set("particle", this.particle);
    return `#${given.toString().replaceAll("%2C", ",")}`;
  }
}

function round(number) {
  return Number(number.toPrecision(5));
}
