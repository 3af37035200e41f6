/** @jsxImportSource preact */
// Finds a drill: by its objective, by its pitfall, or one at random from what was answered wrong.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { answerOf } from '../../memory/kept.ts';
import { isAnswered, type Listed } from '../../memory/mastery.ts';
import { pitfallNames } from '../../core/pitfalls.ts';
import type { Item, Scene } from '../item.tsx';

export interface DrillsData {
  /** the questions of the page's drills */
  items: readonly Listed[];
  objectives: readonly string[];
}

function Drills({ id, data, core, surroundings }: Scene<DrillsData>) {
  const { items, objectives } = data;
  const [objective, setObjective] = useState('');
  const [pitfall, setPitfall] = useState('');
  const [said, setSaid] = useState('');
  const titles = useMemo(
    () =>
      core ? pitfallNames.map((name) => [name, surroundings.pitfall(name)?.title ?? name] as const) : [],
    [core],
  );
  const chosen = items.filter(
    (each) =>
      (objective === '' || String(each.objective) === objective) &&
      (pitfall === '' || each.pitfalls.includes(pitfall)),
  );
  const ids = [...new Set(chosen.map(({ at }) => at))];
  const isAll = objective === '' && pitfall === '';
  useEffect(() => {
    if (core) surroundings.showOnly(isAll ? undefined : ids);
  }, [objective, pitfall, core]);

  const missed = items.filter(({ block, name }) => {
    const answer = answerOf(surroundings.keptOf(block), name);
    return answer.first !== undefined && (answer.best !== 'right' || answer.first !== 'right');
  });
  const random = () => {
    const drawn = missed[Math.floor(Math.random() * missed.length)];
    if (!drawn) {
      setSaid('No drill was answered wrong yet. Choose one by its objective or its pitfall.');
      return;
    }
    setObjective('');
    setPitfall('');
    setSaid('');
    surroundings.open(drawn.at);
  };
  const count = new Set(items.map(({ at }) => at)).size;
  return (
    <div class="drills live-only">
      <label for={`${id}-objective`}>Objective</label>
      <select
        id={`${id}-objective`}
        value={objective}
        onInput={({ currentTarget }) => {
          setObjective(currentTarget.value);
          setSaid('');
        }}
      >
        <option value="">all</option>
        {objectives.map((name, k) => (
          <option value={String(k + 1)} key={name}>
            {k + 1}. {name}
          </option>
        ))}
      </select>
      <label for={`${id}-pitfall`}>Pitfall</label>
      <select
        id={`${id}-pitfall`}
        value={pitfall}
        onInput={({ currentTarget }) => {
          setPitfall(currentTarget.value);
          setSaid('');
        }}
      >
        <option value="">all</option>
        {titles.map(([name, title]) => (
          <option value={name} key={name}>
            {title}
          </option>
        ))}
      </select>
      <button type="button" class="quiet" onClick={random}>
        A drill I got wrong, at random
      </button>
      <p role="status">{said || (isAll ? '' : `${ids.length} of ${count} drills.`)}</p>
    </div>
  );
}

export const item: Item<DrillsData> = {
  View: Drills,
  accepts: () => false,
  sumsUp: ({ items }, block, changes) => isAnswered(items, block, changes),
};
