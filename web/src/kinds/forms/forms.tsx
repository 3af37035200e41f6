/** @jsxImportSource preact */
// How answers may be written: the core's own table, folded.

import type { Form } from '../../core/core.ts';
import type { Item, Scene } from '../item.tsx';

export interface FormsData {
  title: string;
  forms: readonly Form[];
}

const Forms = ({ data: { title, forms } }: Scene<FormsData>) => (
  <details class="forms">
    <summary>{title}</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">form</th>
            <th scope="col">for example</th>
            <th scope="col">says</th>
          </tr>
        </thead>
        <tbody>
          {forms.map(({ what, example, same }) => (
            <tr key={example}>
              <th scope="row">{what}</th>
              <td>
                <code>{example}</code>
              </td>
              <td>
                <code>{same}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
);

export const item: Item<FormsData> = { View: Forms, accepts: () => false };
