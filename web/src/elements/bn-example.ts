// A worked example: givens that can be edited or drawn anew, steps that follow.

import { offerNewNumbers } from '../new-numbers.ts';
import { Sheet } from '../sheet.ts';

export class BnExample extends HTMLElement {
  private sheet: Sheet | undefined;

  connectedCallback(): void {
    if (this.sheet) return;
    this.sheet = new Sheet(this, this.id);
    offerNewNumbers(this, this.sheet);
  }
}
