/** @jsxImportSource preact */
// The computation graph: values forward, gradients back, one quantity at a time, each with its formula and the line of
// the core that computes it.

import {
  type Computed,
  computed,
  isGradient,
  type QuantityName,
  quantities,
  type Sources,
  stepOf,
  steps,
  valueOf,
} from './model.ts';
import { choice, list, number, stops } from '../../drawing/fields.ts';
import { figure, type NumbersTable } from '../../drawing/figure.tsx';
import { Formula } from '../../drawing/math.tsx';
import { Phrase, Words } from '../../drawing/words.tsx';
import { formatList, formatNumber, subscript } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { colourOf, Graph, nameOf } from './drawing.tsx';
import { inNumbers, inSymbols } from './formulas.tsx';

const bounds = { least: -10, most: 10, step: 0.1 };
const last = steps.length - 1;

const fields = {
  x: list([2, 4, 6, 8], bounds),
  gamma: number(2, -10, 10, 0.1),
  beta: number(1, -10, 10, 0.1),
  eps: stops(0, [0, 1e-5, 1e-3, 0.01, 0.1, 1, 10]),
  /** the gradient from the rest of the network */
  dy: list([1, 0, 0, 0], bounds),
  /** which example the graph shows */
  example: stops(1, [1, 2, 3, 4]),
  /** how far the computation has come */
  step: stops(
    0,
    steps.map((_, k) => k),
  ),
  /** the highlighted quantity: that of the step, or another one */
  chosen: choice('step', 'step', ...quantities),
};

/** What the letters in the core's lines stand for. */
const notes: Partial<Record<QuantityName, string>> = {
  batch_mean:
    'The values are added up as their distances from a first guess of the mean: fewer digits get lost.',
  batch_var: 'd is the distance from the mean; m2 collects the squares.',
  x_hat: 'd times invstd; sum is batch_var + eps.',
  y: 'd is x minus the mean, scale gamma invstd, shift beta; scale_residual is what the rounding of scale left.',
  L: 'The loss by which the core checks its gradients numerically.',
  dbeta: 'upstream is dy.',
  dgamma: 'upstream is dy. The sum is divided by the root once, at the end.',
  dvar: 'gamma dgamma is the sum of dx_hat x_hat.',
  dmean: 'gamma dbeta is the sum of dx_hat.',
  dx: 'The last line is the one that layers run: the three paths, collected.',
};

function sentenceOf(name: QuantityName, values: Computed, i: number): string {
  const value = formatNumber(valueOf(name, values, i));
  const sub = subscript(i + 1);
  switch (name) {
    case 'x':
    case 'gamma':
    case 'beta':
      return `Given are the batch ${formatList(values.x)}, gamma = ${formatNumber(values.gamma)} and beta = ${formatNumber(values.beta)}.`;
    case 'batch_mean':
      return `Every x feeds the mean, which is ${value}.`;
    case 'batch_var':
      return `Every x and the mean feed the variance, which is ${value}.`;
    case 'x_hat':
      return `Input, mean and variance give x_hat${sub} = ${value}.`;
    case 'y':
      return `Scaled by gamma and shifted by beta, y${sub} = ${value}.`;
    case 'L':
      return `All y enter the loss. Here it is the simplest one that has the gradients dy, the sum of dy times y: ${value}.`;
    case 'dy':
      return `From here on it goes back. The rest of the network sends one dy for each example: ${formatList(values.dy)}.`;
    case 'dbeta':
      return `Beta is in every y, so dbeta is the sum of all dy: ${value}.`;
    case 'dgamma':
      return `Gamma is in every y, times x_hat, so dgamma is the sum of all dy times x_hat: ${value}.`;
    case 'dx_hat':
      return `x_hat${sub} is in y${sub} alone: dx_hat${sub} is dy${sub} times gamma, ${value}.`;
    case 'dvar':
      return `The variance is in every x_hat, so dvar collects from the whole batch: ${value}.`;
    case 'dmean':
      return `The mean is in every x_hat, so dmean collects from the whole batch: ${value}. The variance sends it 0, because deviations from the mean add up to 0.`;
    case 'dx': {
      const [direct, throughVar, throughMean] = [
        values.dx_direct,
        values.dx_through_var,
        values.dx_through_mean,
      ].map((path) => formatNumber(valueAt(path, i)));
      return `x${sub} receives ${direct} on the direct path, ${throughVar} through the variance and ${throughMean} through the mean: dx${sub} = ${value}.`;
    }
  }
}

const lists = ['x', 'x_hat', 'y', 'dy', 'dx_hat', 'dx'] as const;
const paths = ['dx_direct', 'dx_through_var', 'dx_through_mean'] as const;
const single = ['batch_mean', 'batch_var', 'L', 'dbeta', 'dgamma', 'dvar', 'dmean'] as const;

/** The colour of a table's column, as tokens.css calls it. */
const quantityOf = (name: QuantityName) => colourOf(name).replace('q-', '');

function tablesOf(values: Computed, isKnown: (name: QuantityName) => boolean): NumbersTable[] {
  const shown = (name: QuantityName, value: number) => (isKnown(name) ? value : 'not yet');
  return [
    {
      caption: 'The batch',
      corner: 'i',
      columns: [
        ...lists.map((name) => ({ head: name, quantity: quantityOf(name) })),
        ...paths.map((head) => ({ head, quantity: 'x' })),
      ],
      rows: values.x.map((_, i) => ({
        label: String(i + 1),
        values: [
          ...lists.map((name) => shown(name, valueAt(values[name], i))),
          ...paths.map((name) => shown('dx', valueAt(values[name], i))),
        ],
      })),
    },
    {
      caption: 'What there is once a batch',
      corner: 'quantity',
      columns: [{ head: 'value' }],
      rows: single.map((name) => ({ label: name, values: [shown(name, values[name])] })),
    },
  ];
}

interface EntryProps {
  name: QuantityName;
  /** undefined before its step */
  value: number | undefined;
  isCurrent: boolean;
  example: number;
  onChoose: (name: QuantityName) => void;
}

/** A quantity with its formula. All of it can be clicked; its name is for the keyboard. */
const Entry = ({ name, value, isCurrent, example, onChoose }: EntryProps) => (
  <li aria-current={isCurrent ? 'true' : undefined} onClick={() => onChoose(name)}>
    <p class="entry-head">
      <button type="button" class={`entry-name ${colourOf(name)}`}>
        <span>{nameOf(name, example)}</span>
      </button>
      {value === undefined ? (
        <span class="unknown">not yet</span>
      ) : (
        <data value={String(value)}>{formatNumber(value)}</data>
      )}
      {!inSymbols[name] && <span class="given">given</span>}
    </p>
    {inSymbols[name] && <Formula>{inSymbols[name]}</Formula>}
  </li>
);

interface ProgramProps {
  facts: Sources | null;
  current: QuantityName;
  onChoose: (name: QuantityName) => void;
}

/** The core's lines for every quantity, in the order of the computation. */
const Program = ({ facts, current, onChoose }: ProgramProps) => (
  <ol class="program" aria-label="Lines of C++">
    {quantities
      .filter((name) => (facts?.[name] ?? []).length > 0)
      .map((name) => (
        <li key={name} aria-current={name === current ? 'true' : undefined} onClick={() => onChoose(name)}>
          <button type="button" class={`entry-name ${colourOf(name)}`}>
            <span>{name}</span>
          </button>
          <div class="source scroll" role="group" aria-label={`C++ of ${name}`}>
            {(facts?.[name] ?? []).map(({ file, line, text }) => (
              <code key={line} title={`${file}, line ${line}`}>
                <span class="place">
                  {file.split('/').at(-1)}:{line}
                </span>{' '}
                {text}
              </code>
            ))}
          </div>
          {name === current && notes[name] && <Words class="source-note">{notes[name]}</Words>}
        </li>
      ))}
  </ol>
);

export const computationGraph = figure<typeof fields, Sources | null>({
  kind: 'computation-graph',
  fields,
  still: { step: last },
  view({ core, state, set, controls, width, facts }) {
    const values = computed(core, state);
    const i = state.example - 1;
    const { step } = state;
    const isKnown = (name: QuantityName) => stepOf(name) <= step;
    const current = state.chosen === 'step' ? (steps[step] as QuantityName) : state.chosen;
    const onChoose = (name: QuantityName) => {
      if (name !== current) set({ chosen: name });
    };
    const to = (next: number) => () => ({ step: Math.min(last, Math.max(0, next)), chosen: 'step' as const });
    const group = (title: string, names: readonly QuantityName[]) => (
      <div>
        <p class="entries-title" translate>
          {title}
        </p>
        <ol aria-label={title}>
          {names.map((name) => (
            <Entry
              key={name}
              name={name}
              value={isKnown(name) ? valueOf(name, values, i) : undefined}
              isCurrent={name === current}
              example={i}
              onChoose={onChoose}
            />
          ))}
        </ol>
      </div>
    );

    return {
      controls: (
        <>
          <div class="actions">
            {controls.when(step > 0).button('start', 'Start', to(0))}
            {controls.when(step > 0).button('back', 'Step back', to(step - 1))}
            {controls.when(step < last).button('forward', 'Step forward', to(step + 1))}
            {controls.when(step < last).button('end', 'End', to(last))}
            <Phrase class="step-count">
              Step {step + 1} of {steps.length}
            </Phrase>
          </div>
        </>
      ),
      more: (
        <>
          {controls.slider('example', 'example i')}
          {controls.sliderOf('x', i, <span class="q-x">{nameOf('x', i)}</span>)}
          {controls.sliderOf('dy', i, <span class="q-dy">{nameOf('dy', i)}</span>)}
          {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
          {controls.slider('beta', <span class="q-beta">β beta</span>)}
          {controls.slider('eps', 'ε eps')}
        </>
      ),
      drawing: (
        <>
          <Graph
            values={values}
            example={i}
            step={step}
            current={current}
            width={width}
            onChoose={onChoose}
          />
          <div class="in-numbers">
            {isKnown(current) && <Formula>{inNumbers(current, values, state, i)}</Formula>}
          </div>
        </>
      ),
      folded: [
        {
          title: 'Every formula, with its numbers',
          content: (
            <div class="entries">
              {group(
                'Forward: values',
                quantities.filter((name) => !isGradient(name)),
              )}
              {group('Back: gradients of L', quantities.filter(isGradient))}
            </div>
          ),
        },
        {
          title: 'For engineers: the lines of C++',
          content: <Program facts={facts} current={current} onChoose={onChoose} />,
        },
      ],
      tables: tablesOf(values, isKnown),
      sentence: isKnown(current)
        ? sentenceOf(current, values, i)
        : `${current} is not computed yet: it comes with step ${stepOf(current) + 1} of ${steps.length}.`,
    };
  },
});
