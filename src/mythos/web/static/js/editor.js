// Turns a textarea into a CodeMirror editor. The textarea stays in the form and keeps the text, so that saving,
// advice and the guard of unsaved edits work the same with and without this script.
(() => {
  const { EditorView, EditorState, minimalSetup, Decoration, MatchDecorator, ViewPlugin } = window.CodeMirror;
  const { keymap, lineNumbers, search, searchKeymap } = window.CodeMirror;
  const nonce = document.currentScript.nonce;
  const PLACEHOLDER = /\{\{(?:>[ \t]*[\w./@-]+|[ \t]*[A-Za-z_][\w.-]*)[ \t]*(?:\}\}|\}?$)/g;

  // {{variables}} and {{> includes}}; those the saved version does not have and those left open look different.
  const placeholders = (known) => {
    const marks = Object.fromEntries(
      ["variable", "include", "unknown", "open"].map((kind) => [kind, Decoration.mark({ class: `ph ph-${kind}` })])
    );
    const kindOf = (text) => {
      if (!text.endsWith("}}")) return "open";
      if (text.startsWith("{{>")) return "include";
      return known && !known.includes(text.slice(2, -2).trim()) ? "unknown" : "variable";
    };
    const matcher = new MatchDecorator({ regexp: PLACEHOLDER, decoration: (match) => marks[kindOf(match[0])] });
    return ViewPlugin.define(
      (view) => ({
        marks: matcher.createDeco(view),
        update(change) { this.marks = matcher.updateDeco(change, this.marks); },
      }),
      { decorations: (plugin) => plugin.marks }
    );
  };

  // The name, the description and the state of the textarea go over to the editor.
  const spoken = (area) => {
    const given = { spellcheck: String(area.spellcheck), tabindex: "0" };
    const label = document.querySelector(`label[for="${area.id}"]`);
    if (label) {
      label.id ||= `${area.id}-label`;
      given["aria-labelledby"] = label.id;
    } else given["aria-label"] = area.getAttribute("aria-label") || "Text";
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (area.hasAttribute(name)) given[name] = area.getAttribute(name);
    }
    if (area.readOnly) given["aria-readonly"] = "true";
    return given;
  };

  const mount = (area) => {
    const keep = EditorView.updateListener.of((change) => {
      if (!change.docChanged) return;
      area.value = change.state.doc.toString();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const known = "known" in area.dataset ? area.dataset.known.split(" ") : null;
    const view = new EditorView({
      doc: area.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        minimalSetup,
        lineNumbers(),
        search({ top: true }),
        keymap.of(searchKeymap),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of(spoken(area)),
        EditorState.readOnly.of(area.readOnly),
        placeholders(known),
        keep,
      ],
    });
    const frame = document.createElement("div");
    frame.className = `editor ${area.className}`;
    frame.append(view.dom);
    area.after(frame);
    area.hidden = true;
    document.querySelector(`label[for="${area.id}"]`)?.addEventListener("click", () => view.focus());
    // The place that has to be decided is in sight, not the beginning.
    const line = Number(area.dataset.line || 0);
    if (!line || line > view.state.doc.lines) return;
    const at = view.state.doc.line(line).from;
    view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  };

  document.querySelectorAll("textarea[data-editor]").forEach(mount);
})();
