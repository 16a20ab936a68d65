const TRAITS = { stage: "stage", direction: "direction", color: "color_by", selection: "selection" };

/** The model of a widget in a notebook, whose traits keep a part of the state of its flow. */
class Model {
  computes = true; // what is not in the data, such as the other direction

  constructor(model) {
    this.model = model;
  }

  /** Return whether JupyterLab is dark; other notebooks are as the browser prefers. */
  get isDark() {
    const { jpThemeLight } = document.body.dataset;
    return jpThemeLight ? jpThemeLight === "false" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  get data() {
    const { buffer, byteOffset, byteLength } = this.model.get("_content");
    return { ...this.model.get("_data"), bytes: new Uint8Array(buffer, byteOffset, byteLength) };
  }

  get hash() {
    const [stage, direction, color, selection] = Object.values(TRAITS).map((trait) => this.model.get(trait));
    return `#${new URLSearchParams({ stage, direction, color, particle: selection.join() })}`;
  }

  connect(flow, signal) {
    const watch = (trait, take) => this.model.on(`change:${trait}`, () => signal.aborted || take(this.model.get(trait)));
    for (const [name, trait] of Object.entries(TRAITS)) {
      watch(trait, (value) => {
        if (String(value) === String(flow.state[name])) return;
        if (name === "stage") flow.goTo(value);
        else flow.set({ [name]: value });
      });
    }
    watch("_data", () => {
      flow.load(this.data);
      flow.update();
    });
    const theme = new MutationObserver(() => flow.update());
    theme.observe(document.body, { attributeFilter: ["data-jp-theme-light"] });
    signal.addEventListener("abort", () => theme.disconnect());
  }

  write(state) {
    for (const [name, trait] of Object.entries(TRAITS)) this.model.set(trait, state[name]);
    this.model.save_changes();
  }
}

export default {
  render({ model, el }) {
    const place = element("div", {}), root = element("div", { className: "flow" }), host = new Model(model);
    place.dataset.lmSuppressShortcuts = "true"; // else, keys would also move through the cells of JupyterLab
    place.attachShadow({ mode: "open" }).append(element("style", {}, model.get("_style")), root);
    el.append(place);
    root.flow = new Flow(root, host.data, host);
    return () => root.flow.close();
  },
};
