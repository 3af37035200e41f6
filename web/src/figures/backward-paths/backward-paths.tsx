/** @jsxImportSource preact */
// The gradient of each example as the sum of its three paths, and the check that notices when one is missing.

import type { ComponentChildren } from 'preact';
import { formatNumber, subscript } from '../../core/format.ts';
import { valueAt } from '../../core/values.ts';
import { figure, type NumbersTable, type Preset } from '../../drawing/figure.tsx';
import { Formula, Gradient, Num, Sum, Symbol } from '../../drawing/math.tsx';
import { Words } from '../../drawing/words.tsx';
import { type Path, paths, reason, verdict } from './check.ts';
import { Drawing, Swatch } from './drawing.tsx';
import { changesOf, fields, looks, type Model, modelOf } from './model.ts';

/** A term of the formula, with the word of its path below. */
const Term = ({ path, children }: { path: Path; children: ComponentChildren }) => (
  <munder class={looks[path].quantity}>
    <munder>
      <mrow>{children}</mrow>
      <mo stretchy>⏟</mo>
    </munder>
    <mtext>{looks[path].word}</mtext>
  </munder>
);

const Root = ({ model: { variance, eps } }: { model: Model }) => (
  <msqrt>
    <Num value={variance} of="var" />
    <mo>+</mo>
    <Num value={eps} />
  </msqrt>
);

/** dx of the chosen example, path by path. */
function ChosenDx({ model }: { model: Model }) {
  const { chosen, gamma, dy, x_hat, dx, dbeta, dgamma } = model;
  const m = <mn>{model.m}</mn>;
  return (
    <Formula>
      <Gradient of="x" sub={String(chosen + 1)} />
      <mo>=</mo>
      <mfrac>
        <Num value={gamma} of="gamma" />
        <Root model={model} />
      </mfrac>
      <mo>[</mo>
      <Term path="dx_direct">
        <Num value={valueAt(dy, chosen)} bracket />
      </Term>
      <mo>−</mo>
      <Term path="dx_through_mean">
        <mfrac>
          <Num value={dbeta} of="beta" />
          {m}
        </mfrac>
      </Term>
      <mo>−</mo>
      <Term path="dx_through_var">
        <Num value={valueAt(x_hat, chosen)} of="x_hat" bracket />
        <mo>·</mo>
        <mfrac>
          <Num value={dgamma} of="gamma" />
          {m}
        </mfrac>
      </Term>
      <mo>]</mo>
      <mo>=</mo>
      <Num value={valueAt(dx, chosen)} of="x" />
    </Formula>
  );
}

const Formulas = ({ model }: { model: Model }) => (
  <>
    <ChosenDx model={model} />
    <Formula>
      <Gradient of="beta" />
      <mo>=</mo>
      <Sum />
      <Gradient of="y" sub="j" />
      <mo>=</mo>
      <Num value={model.dbeta} of="beta" />
    </Formula>
    <Formula>
      <Gradient of="gamma" />
      <mo>=</mo>
      <Sum />
      <Gradient of="y" sub="j" />
      <Symbol of="x_hat" sub="j" />
      <mo>=</mo>
      <Num value={model.dgamma} of="gamma" />
    </Formula>
  </>
);

function tablesOf(model: Model): NumbersTable[] {
  const { x, x_hat, dy, terms, dx, check, before, dx_before, slopes, chosen } = model;
  const rowsOf = (...columns: readonly ArrayLike<number>[]) =>
    x.map((_, i) => ({ label: String(i + 1), values: columns.map((values) => valueAt(values, i)) }));
  return [
    {
      caption: 'The gradient of each example, path by path',
      corner: 'i',
      columns: [
        { head: 'x', quantity: 'x' },
        { head: 'x_hat', quantity: 'x_hat' },
        { head: 'dy', quantity: 'dy' },
        { head: 'direct', quantity: 'dy' },
        { head: 'through the variance', quantity: 'var' },
        { head: 'through the mean', quantity: 'mean' },
        { head: 'dx', quantity: 'x' },
        { head: 'dx by differences', quantity: 'x' },
      ],
      rows: rowsOf(x, x_hat, dy, ...paths.map((path) => terms[path]), dx, terms.dx_numeric),
    },
    {
      caption: 'What is compared',
      corner: 'i',
      columns: [
        { head: 'sum of the paths switched on', quantity: 'x' },
        { head: 'dy before', quantity: 'dy' },
        { head: 'dx before', quantity: 'x' },
        { head: `change of dx per unit of dy ${chosen + 1}`, quantity: 'dy' },
      ],
      rows: rowsOf(check.sum, before, dx_before, slopes),
    },
  ];
}

function sentenceOf({ chosen, dy, dx, terms, moved, m, size, gamma, check, off, unseen }: Model): string {
  const index = subscript(chosen + 1);
  const value = valueAt(dx, chosen);
  const through = (path: Path) => formatNumber(valueAt(terms[path], chosen));
  const inSpite = dy[chosen] === 0 && value !== 0 ? `dy${index} is 0, and still ` : '';
  return [
    `${inSpite}dx${index} = ${formatNumber(value)}: ${through('dx_direct')} directly,`,
    `${through('dx_through_var')} through the variance, ${through('dx_through_mean')} through the mean.`,
    moved.dy > 0 && `Against before, dy of ${moved.dy} and dx of ${moved.dx} of the ${m} examples changed.`,
    size === 0
      ? `${gamma === 0 ? 'gamma' : 'Every dy'} is 0, so every path carries 0 and there is nothing to check.`
      : reason(check, off, unseen),
  ]
    .filter(Boolean)
    .join(' ');
}

/** What the check says of the paths that are switched on. */
function Check({ model: { check, off, unseen } }: { model: Model }) {
  const { look, icon, words, numbers } = verdict(check, off, unseen);
  return (
    <Words class="check" data-verdict={look}>
      <span class="icon" aria-hidden="true">
        {icon}
      </span>
      <strong>{words}</strong> {numbers}.
    </Words>
  );
}

export const backwardPaths = figure<typeof fields, readonly Preset<typeof fields>[]>({
  kind: 'backward-paths',
  fields,
  view({ core, state, set, controls, width, id, facts: presets }) {
    const model = modelOf(core, state);
    const changes = changesOf(core, state, model);
    const pathFlag = (path: Path, label: string) =>
      controls.flag(
        looks[path].field,
        <>
          <Swatch path={path} id={id} />
          {label}
        </>,
      );
    return {
      controls: (
        <>
          {pathFlag('dx_direct', 'direct path')}
          {pathFlag('dx_through_var', 'path through the variance')}
          {pathFlag('dx_through_mean', 'path through the mean')}
        </>
      ),
      more: (
        <>
          <div class="actions">
            {controls.slider('gamma', <span class="q-gamma">γ gamma</span>)}
            {controls.slider('eps', 'ε eps')}
          </div>
          <div class="actions">
            {controls.button('remember', 'Remember this dx', changes.remember)}
            {controls.button('random', 'Random dy', changes.random)}
            {controls.button('zero-sum', 'Make sum(dy) = 0', changes.zeroSum)}
            {controls.button('along', 'dy along x̂', changes.along)}
            {controls.button('sum', 'L = sum(y)', changes.sum)}
            {presets.map((preset) => controls.button(preset.id, preset.label, () => preset.set))}
            {controls.when(changes.canGrow).button('size', 'One more example', changes.longer)}
            {controls.when(changes.canShrink).button('size', 'One fewer', changes.shorter)}
          </div>
        </>
      ),
      drawing: (
        <>
          <Drawing model={model} width={width} id={id} set={set} />
          <Check model={model} />
        </>
      ),
      formulas: <Formulas model={model} />,
      tables: tablesOf(model),
      sentence: sentenceOf(model),
    };
  },
});
