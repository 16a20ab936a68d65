/** The address of a page, which keeps the state of its flow. */
class Address {
  darkness = matchMedia("(prefers-color-scheme: dark)");

  get isDark() {
    return this.darkness.matches;
  }

  get hash() {
    return location.hash;
  }

  connect(flow) {
    this.darkness.addEventListener("change", () => flow.update());
    window.addEventListener("hashchange", () => {
      if (location.hash !== this.written) flow.read(location.hash);
    });
  }

  write(state) {
    this.written = state.hash();
    try {
      history.replaceState(null, "", this.written);
    } catch {
      // a page inside another one may have no address
    }
  }
}

const root = document.getElementById("flow"), data = JSON.parse(document.getElementById("data").textContent);
root.flow = new Flow(root, { ...data, bytes: decoded(data.bytes) }, new Address());
