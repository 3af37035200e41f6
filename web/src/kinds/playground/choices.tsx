/** @jsxImportSource preact */
// What a learner chooses of a playground: a preset, the settings of both networks, the view, and how it is watched.

import { useState } from 'preact/hooks';
import { arms } from '../../core/playground.ts';
import { Table } from '../../drawing/figure.tsx';
import { Slot } from '../item.tsx';
import { Controls } from './controls.tsx';
import {
  type ArmName,
  armOf,
  armSettings,
  baseOf,
  matters,
  type Preset,
  settings,
  sharedSettings,
  type State,
  viewSettings,
} from './settings.ts';
import type { Training } from './training.ts';
import { type Both, layersTable } from './watched.ts';

const armNames = Object.keys(armSettings) as ArmName[];
export const armName: Both<string> = { a: 'A', b: 'B' };

const viewOptions = Object.entries(viewSettings.view.options).map(([value, words]) => (
  <option key={value} value={value}>
    {words}
  </option>
));

/** Sets what belongs to a name of a state. */
export type Set = (name: string, value: string) => void;

interface SettingsProps {
  id: string;
  preset: Preset;
  state: State;
  set: Set;
}

/** Another preset has controls of its own: what was typed there and refused is gone. */
const SettingsOf = ({
  id,
  preset,
  state,
  set,
  names,
  most,
}: SettingsProps & { names: readonly string[]; most?: Record<string, number> }) => (
  <Controls key={preset.id} {...{ id, names, state }} onChange={set} {...(most ? { most } : {})} />
);

interface HeadProps {
  id: string;
  presets: readonly Preset[];
  preset: Preset;
  state: State;
  choose: (preset: Preset | undefined) => void;
}

/** The preset, and what it is about. */
export function Head({ id, presets, preset, state, choose }: HeadProps) {
  const base = baseOf(preset);
  const isChanged = Object.keys(settings).some((each) => each !== 'view' && state[each] !== base[each]);
  return (
    <>
      <div class="playground-head live-only">
        <label for={`${id}-preset`}>Set up</label>
        <select
          id={`${id}-preset`}
          value={preset.id}
          onInput={({ currentTarget }) => choose(presets.find((each) => each.id === currentTarget.value))}
        >
          {presets.map((each) => (
            <option key={each.id} value={each.id}>
              {each.title}
            </option>
          ))}
        </select>
        {isChanged && <span class="changed">changed</span>}
      </div>
      {presets.map((each, k) => (
        <p key={each.id} class="live-only" hidden={each !== preset}>
          <Slot name={`presets.${k}.says`} as="span" />
        </p>
      ))}
    </>
  );
}

interface ChooseViewProps {
  id: string;
  view: string | undefined;
  onChoose: (view: string) => void;
}

export const ChooseView = ({ id, view, onChoose }: ChooseViewProps) => (
  <div class="playground-view live-only">
    <label for={id}>{viewSettings.view.label}</label>
    <select id={id} value={view} onInput={({ currentTarget }) => onChoose(currentTarget.value)}>
      {viewOptions}
    </select>
  </div>
);

export const Changes = (props: SettingsProps) => (
  <>
    {arms.map((arm) => (
      <details key={arm} class="figure-more live-only">
        <summary>Change {armName[arm]}</summary>
        <SettingsOf
          {...props}
          names={armNames
            .filter((each) => matters(armOf(props.state, arm), each))
            .map((each) => `${arm}.${each}`)}
        />
      </details>
    ))}
    <details class="figure-more live-only">
      <summary>Change the data and the batches of both</summary>
      <SettingsOf {...props} names={Object.keys(sharedSettings).filter((each) => each !== 'steps')} />
    </details>
  </>
);

interface MoreProps extends SettingsProps {
  training: Training;
  /** a link that is to be copied by hand; true where it is in the clipboard */
  link: string | true | undefined;
  onReset: () => void;
  onCopy: () => void;
}

/** How the training is watched, the numbers of each layer, and what is done with the whole. */
export function More({
  training: { watched, isRunning, begin },
  link,
  onReset,
  onCopy,
  ...settingsProps
}: MoreProps) {
  const [isTableShown, showTable] = useState(false);
  const { state } = settingsProps;
  const seen = watched?.seen;
  return (
    <details class="figure-more live-only" onToggle={({ currentTarget }) => showTable(currentTarget.open)}>
      <summary>More</summary>
      <SettingsOf
        {...settingsProps}
        names={['speed', 'steps', 'statistics', 'example']}
        most={{ example: Number(state.examples) }}
      />
      {isTableShown && seen && !isRunning && <Table table={layersTable(state, seen)} />}
      <div class="figure-actions">
        <button type="button" onClick={begin}>
          Start again
        </button>
        <button type="button" onClick={onReset}>
          Reset
        </button>
        <button type="button" onClick={onCopy}>
          Copy link to this state
        </button>
        <span class="copied" role="status">
          {link === true ? 'The link is in the clipboard.' : link && 'Copy it from this box:'}
        </span>
        {typeof link === 'string' && (
          <input type="text" readOnly value={link} aria-label="Link to this state" />
        )}
      </div>
    </details>
  );
}
