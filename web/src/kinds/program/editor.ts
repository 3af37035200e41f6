// The editor of programs: CodeMirror with Python's colours. It lives in a shadow root, where its styles are adopted sheets,
// which the page's policy allows. Tab moves on: only Ctrl+] and Ctrl+[ indent.

import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Range, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  lineNumbers,
  WidgetType,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** What is shown beside the lines, by their numbers from 1, and the lines that are at fault. */
export interface Remarks {
  values: ReadonlyMap<number, string>;
  faults: ReadonlySet<number>;
}

export interface Editor {
  text: () => string;
  /** replaces the text where it is another one */
  write: (text: string) => void;
  remark: (remarks: Remarks) => void;
  goTo: (line: number) => void;
  end: () => void;
}

class Value extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }
  override eq(other: Value): boolean {
    return other.text === this.text;
  }
  override toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = 'cm-value';
    element.textContent = this.text;
    return element;
  }
}

const remarked = StateEffect.define<Remarks>();

function decorationsOf(state: EditorState, { values, faults }: Remarks): DecorationSet {
  const found: Range<Decoration>[] = [];
  for (let number = 1; number <= state.doc.lines; ++number) {
    const line = state.doc.line(number);
    if (faults.has(number)) found.push(Decoration.line({ class: 'cm-fault' }).range(line.from));
    const value = values.get(number);
    if (value !== undefined)
      found.push(Decoration.widget({ widget: new Value(value), side: 1 }).range(line.to));
  }
  return Decoration.set(found, true);
}

const remarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    for (const effect of transaction.effects)
      if (effect.is(remarked)) return decorationsOf(transaction.state, effect.value);
    return decorations.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], color: 'var(--link)' },
  { tag: tags.comment, color: 'var(--ink-2)', fontStyle: 'italic' },
  { tag: [tags.number, tags.bool, tags.string], color: 'var(--var)' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'transparent', fontSize: '0.95em' },
  '&.cm-focused': { outline: '3px solid var(--link)', outlineOffset: '2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-gutters': { color: 'var(--ink-2)', backgroundColor: 'transparent', border: 'none' },
  '.cm-value': { color: 'var(--ink-2)', paddingInlineStart: '2em', whiteSpace: 'pre', fontSize: '0.9em' },
  '.cm-fault': { backgroundColor: 'color-mix(in srgb, var(--wrong) 18%, transparent)' },
});

/**
 * What is typed over a selection: left to the browser, it would join the lines itself and copy the look of the last one
 * into a style attribute, which the page's policy refuses.
 */
const replaceByTransaction = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const isOver = event.inputType === 'insertText' && !view.state.selection.main.empty;
    if (!isOver || event.data === null) return false;
    event.preventDefault();
    view.dispatch(view.state.update(view.state.replaceSelection(event.data), { userEvent: 'input.type' }));
    return true;
  },
});

export function startEditor(
  place: HTMLElement,
  text: string,
  label: string,
  onChange: (text: string) => void,
  onCheck: () => void,
): Editor {
  const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
  let isWritten = false; // the change comes from the page, not from the learner
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      indentUnit.of('    '),
      python(),
      syntaxHighlighting(colours),
      look,
      remarks,
      replaceByTransaction,
      keymap.of([{ key: 'Mod-Enter', run: () => (onCheck(), true) }, ...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({
        'aria-label': label,
        autocapitalize: 'off',
        autocorrect: 'off',
        spellcheck: 'false',
        translate: 'no',
      }),
      EditorView.updateListener.of(({ docChanged, state: now }) => {
        if (docChanged && !isWritten) onChange(now.doc.toString());
      }),
    ],
  });
  const view = new EditorView({ state, parent: root, root });
  return {
    text: () => view.state.doc.toString(),
    write(to) {
      if (view.state.doc.toString() === to) return;
      isWritten = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: to } });
      isWritten = false;
    },
    remark: (now) => view.dispatch({ effects: remarked.of(now) }),
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    end: () => view.destroy(),
  };
}
