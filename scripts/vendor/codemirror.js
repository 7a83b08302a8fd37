// What the bundle of CodeMirror offers to static/js/editor.js.
export { EditorView, minimalSetup } from "codemirror";
export { EditorState } from "@codemirror/state";
export { Decoration, MatchDecorator, ViewPlugin, keymap, lineNumbers } from "@codemirror/view";
export { search, searchKeymap } from "@codemirror/search";
