/** @jsxImportSource preact */
// A computation by hand on paper: a row for each step.

import { Slot } from '../item.tsx';
import type { Paper, Printed } from '../paper.tsx';
import type { WorksheetData } from './model.ts';

const Task = ({ data }: Printed<WorksheetData>) => (
  <>
    <Slot name="problem" />
    <table class="steps">
      <thead>
        <tr>
          {['step', 'quantity', 'your value'].map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.cells.map(({ name, isList }, k) => (
          <tr key={name}>
            <td>{k + 1}</td>
            <th scope="row">
              <Slot as="span" name={`symbols.${name}`} /> <code>{name}</code>
            </th>
            <td class="room">{isList ? 'one value for each example' : 'one number'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
);

const Key = () => <Slot name="worked" />;

export const paper: Paper<WorksheetData> = {
  texts: ({ cells }) => ['problem', 'worked', ...cells.map(({ name }) => `symbols.${name}`)],
  problem: ({ problem }) => problem,
  Task,
  Key,
};
