const root = document.getElementById("flow");
root.flow = new Flow(root, JSON.parse(document.getElementById("data").textContent));
