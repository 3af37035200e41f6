/** @jsxImportSource preact */
// Words that change with the state. A browser that translates the page puts elements of its own in the place of every
// text, and whoever goes on writing into the old text writes where nobody reads: so words that change are a new element
// each time. All else in a figure's stage stays out of translation, for numbers and symbols are most of it: it has
// translate="no", which words that do not change lift for themselves.

import { type ComponentChildren, type HTMLAttributes, isValidElement, type VNode } from 'preact';

/** What the children say, to tell one wording from another. */
export function textOf(children: ComponentChildren): string {
  if (Array.isArray(children)) return children.map(textOf).join('');
  if (isValidElement(children))
    return textOf((children as VNode<{ children?: ComponentChildren }>).props.children);
  return typeof children === 'string' || typeof children === 'number' ? String(children) : '';
}

/** A paragraph that is a new one when it says something else. */
export const Words = (props: HTMLAttributes<HTMLParagraphElement>) => (
  <p key={textOf(props.children)} {...props} translate />
);

/** The same within a line, or where the element around it must stay: a button, a status. */
export const Phrase = (props: HTMLAttributes<HTMLSpanElement>) => (
  <span key={textOf(props.children)} {...props} translate />
);
