// A worked example: givens that can be edited, steps that follow.

import { Sheet } from '../sheet.ts';

export class BnExample extends HTMLElement {
  private sheet: Sheet | undefined;

  connectedCallback(): void {
    this.sheet ??= new Sheet(this);
  }
}
