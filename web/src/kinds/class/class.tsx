/** @jsxImportSource preact */
// The files of a class, read in the browser: how many learners stand where, and which mistakes they met. Nothing is kept of
// them, and nothing is sent.

import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { type Listed, standings } from '../../memory/mastery.ts';
import { readWork } from '../../memory/work.ts';
import type { Item, Scene } from '../item.tsx';
import { tallyOf, type Work } from './tally.ts';

export interface ClassData {
  objectives: readonly string[];
  items: readonly Listed[];
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Links to questions, each place once. */
function Places({ items }: { items: readonly Listed[] }) {
  const places = items.filter((item, k) => items.findIndex(({ at }) => at === item.at) === k);
  return (
    <>
      {places.map(({ page, at, label }, k) => (
        <span key={at}>
          {k > 0 && ', '}
          <a href={`${page}#${at}`}>{label}</a>
        </span>
      ))}
    </>
  );
}

interface TableProps {
  caption: string;
  heads: readonly string[];
  rows: readonly { key: string; cells: readonly (string | number | VNode)[] }[];
}

const Table = ({ caption, heads, rows }: TableProps) => (
  <div class="scroll" tabIndex={0} role="group" aria-label={caption}>
    <table class="counts">
      <caption>{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th scope="col" key={head}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells: [first, ...rest] }) => (
          <tr key={key}>
            <th scope="row">{first}</th>
            {rest.map((cell, k) => (
              <td key={heads[k + 1]}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

function Class({ data }: Scene<ClassData>) {
  const { objectives, items } = data;
  const [works, setWorks] = useState<readonly Work[]>([]);
  const [said, setSaid] = useState<readonly string[]>([]);
  const tally = useMemo(() => tallyOf(works, items, objectives.length), [works]);

  const read = async (files: readonly File[]) => {
    const added: Work[] = [];
    const refused: string[] = [];
    for (const file of files) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- a class of two hundred is read in turn
        added.push({ file: file.name, blocks: readWork(await file.text()) });
      } catch (error) {
        refused.push(`${file.name} was left out: ${error instanceof Error ? error.message : String(error)}.`);
      }
    }
    setWorks((before) => [...before, ...added]);
    setSaid([`${counted(added.length, 'file was', 'files were')} read.`, ...refused]);
  };

  return (
    <div class="class-files live-only">
      <div class="actions">
        <label class="button main">
          Read files{' '}
          <input
            type="file"
            multiple
            accept=".json,application/json"
            onChange={({ currentTarget }) => {
              void read([...(currentTarget.files ?? [])]);
              currentTarget.value = '';
            }}
          />
        </label>
        {works.length > 0 && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              setWorks([]);
              setSaid(['All files are put away again.']);
            }}
          >
            Remove the files
          </button>
        )}
      </div>
      <div role="status">
        {said.map((each) => (
          <p key={each}>{each}</p>
        ))}
      </div>
      {works.length > 0 && (
        <>
          <Table
            caption={`Where ${counted(works.length, 'learner stands', 'learners stand')}`}
            heads={['objective', ...standings]}
            rows={objectives.map((name, k) => ({
              key: name,
              cells: [`${k + 1}. ${name}`, ...standings.map((each) => tally.objectives[k]?.[each] ?? 0)],
            }))}
          />
          {tally.mistakes.length === 0 ? (
            <p>No mistake with a name was met.</p>
          ) : (
            <Table
              caption="Mistakes, and how many met them"
              heads={['mistake', 'learners', 'times', 'in']}
              rows={tally.mistakes.map(({ title, learners, times, at }) => ({
                key: title,
                cells: [title, learners, times, <Places items={at} key="in" />],
              }))}
            />
          )}
          <details>
            <summary>By question</summary>
            <Table
              caption="Questions that were answered"
              heads={['question', 'answered', 'right at first', 'right in the end']}
              rows={tally.questions.map(({ item, answered, first, right }) => ({
                key: `${item.block}/${item.name}`,
                cells: [
                  <>
                    <Places items={[item]} /> <code>{item.name}</code>
                  </>,
                  answered,
                  first,
                  right,
                ],
              }))}
            />
          </details>
          <details>
            <summary>By learner</summary>
            <Table
              caption="The standing of each learner"
              heads={['file', ...objectives.map((_, k) => `objective ${k + 1}`)]}
              rows={tally.learners.map(({ file, standings: its }, k) => ({
                key: `${k} ${file}`,
                cells: [file, ...its],
              }))}
            />
          </details>
        </>
      )}
    </div>
  );
}

export const item: Item<ClassData> = { View: Class, accepts: () => false };
