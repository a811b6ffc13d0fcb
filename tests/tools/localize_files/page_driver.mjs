// Runs the page's script on a document that has just what it asks for, and tells what is then shown.
import fs from "node:fs";
import vm from "node:vm";

const { script, data, steps } = JSON.parse(fs.readFileSync(0, "utf8"));

class Element {
  constructor(name) {
    Object.assign(this, { name, attributes: {}, children: [], listeners: {}, value: "", checked: false });
  }
  setAttribute(key, value) { this.attributes[key] = value; }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.children = children; }
  addEventListener(event, listener) { this.listeners[event] = listener; }
  scrollIntoView() {}
}

const named = {};
const document = {
  createElement: (name) => new Element(name),
  getElementById: (id) => (named[id] ??= new Element(id)),
};
document.getElementById("data").textContent = data;
document.getElementById("review").hidden = true;
const form = document.getElementById("filters");
form.elements = Object.fromEntries(
  ["language", "file", "state", "doubts", "search"].map((name) => [name, new Element(name)]));
vm.runInNewContext(script, { document });

function shown() {
  return {
    hidden: named.review.hidden,
    count: named.count.textContent,
    before: named.before.disabled,
    after: named.after.disabled,
    rows: named.rows.children,
    languages: form.elements.language.children.map((option) => option.attributes.value),
  };
}

const seen = [shown()];
for (const step of steps) {
  if (step.click) named[step.click].listeners.click();
  else {
    Object.assign(form.elements[step.filter], step.set);
    form.listeners.input();
  }
  seen.push(shown());
}
process.stdout.write(JSON.stringify(seen));
