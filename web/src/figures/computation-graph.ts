// The computation graph of batch normalization, drawn once: forward edges solid, gradients dashed beside them.

import type { Element, ElementContent } from 'hast';
import { s } from 'hastscript';

interface GraphNode {
  x: number;
  y: number;
  symbol: string;
  subscript?: string;
  superscript?: string;
  quantity: string;
  formula: string;
  /** Where the formula stands; below where not said. */
  above?: boolean;
}

const nodes = {
  x: { x: 60, y: 150, symbol: 'x', subscript: 'i', quantity: 'x', formula: 'input' },
  mean: { x: 215, y: 60, symbol: 'μ', subscript: 'B', quantity: 'mean', formula: '(1/m) Σ xᵢ', above: true },
  var: {
    x: 335,
    y: 240,
    symbol: 'σ',
    subscript: 'B',
    superscript: '2',
    quantity: 'var',
    formula: '(1/m) Σ (xᵢ − μ)²',
  },
  x_hat: {
    x: 470,
    y: 150,
    symbol: 'x̂',
    subscript: 'i',
    quantity: 'x_hat',
    formula: '(xᵢ − μ) / √(σ² + ε)',
    above: true,
  },
  gamma: { x: 580, y: 50, symbol: 'γ', quantity: 'gamma', formula: 'scale', above: true },
  beta: { x: 700, y: 50, symbol: 'β', quantity: 'beta', formula: 'shift', above: true },
  y: { x: 640, y: 150, symbol: 'y', subscript: 'i', quantity: 'y', formula: 'γ x̂ᵢ + β' },
  loss: { x: 780, y: 150, symbol: 'L', quantity: 'dy', formula: 'loss' },
} satisfies Record<string, GraphNode>;

type NodeName = keyof typeof nodes;

const edges: [NodeName, NodeName][] = [
  ['x', 'x_hat'],
  ['x', 'mean'],
  ['x', 'var'],
  ['mean', 'var'],
  ['mean', 'x_hat'],
  ['var', 'x_hat'],
  ['x_hat', 'y'],
  ['gamma', 'y'],
  ['beta', 'y'],
  ['y', 'loss'],
];

const radius = 25;

function arrows([from, to]: [NodeName, NodeName]): ElementContent[] {
  const start = nodes[from];
  const end = nodes[to];
  const length = Math.hypot(end.x - start.x, end.y - start.y);
  const [dx, dy] = [(end.x - start.x) / length, (end.y - start.y) / length];
  const reach = radius + 4;
  const line = (side: number, backward: boolean) => {
    const [ox, oy] = [-dy * side, dx * side];
    const near = [start.x + dx * reach + ox, start.y + dy * reach + oy];
    const far = [end.x - dx * reach + ox, end.y - dy * reach + oy];
    const [[x1, y1], [x2, y2]] = backward ? [far, near] : [near, far];
    return s('line', {
      x1: x1?.toFixed(1),
      y1: y1?.toFixed(1),
      x2: x2?.toFixed(1),
      y2: y2?.toFixed(1),
      className: backward ? ['edge', 'backward', `q-${start.quantity}`] : ['edge', 'forward'],
      markerEnd: backward ? 'url(#arrow-backward)' : 'url(#arrow-forward)',
    });
  };
  return [line(-4, false), line(4, true)];
}

function drawNode(node: GraphNode): Element {
  return s('g', { className: [`q-${node.quantity}`] }, [
    s('circle', { cx: node.x, cy: node.y, r: radius }),
    s('text', { x: node.x, y: node.y + 6, className: ['symbol'] }, [
      node.symbol,
      ...(node.superscript ? [s('tspan', { className: ['script'], dy: -8 }, node.superscript)] : []),
      ...(node.subscript
        ? [
            s(
              'tspan',
              { className: ['script'], dy: node.superscript ? 13 : 5, dx: node.superscript ? -7 : 0 },
              node.subscript,
            ),
          ]
        : []),
    ]),
    s(
      'text',
      { x: node.x, y: node.y + (node.above ? -radius - 9 : radius + 18), className: ['formula'] },
      node.formula,
    ),
  ]);
}

const arrowHead = (id: string) =>
  s(
    'marker',
    {
      id,
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 8,
      markerHeight: 8,
      orient: 'auto-start-reverse',
      markerUnits: 'userSpaceOnUse',
    },
    s('path', { d: 'M0 0 L8 4 L0 8 Z', fill: 'context-stroke' }),
  );

/** The drawing; `labelledBy` is the id of its title. */
export function computationGraph(labelledBy: string): Element {
  return s(
    'svg',
    { viewBox: '0 0 840 300', className: ['computation-graph'], role: 'img', ariaLabelledBy: labelledBy },
    [
      s('defs', [arrowHead('arrow-forward'), arrowHead('arrow-backward')]),
      ...edges.flatMap(arrows),
      ...Object.values(nodes).map(drawNode),
      s('g', { className: ['legend'] }, [
        s('line', {
          x1: 540,
          y1: 255,
          x2: 590,
          y2: 255,
          className: ['edge', 'forward'],
          markerEnd: 'url(#arrow-forward)',
        }),
        s('text', { x: 600, y: 260 }, 'forward: values'),
        s('line', {
          x1: 590,
          y1: 282,
          x2: 540,
          y2: 282,
          className: ['edge', 'backward'],
          markerEnd: 'url(#arrow-backward)',
        }),
        s('text', { x: 600, y: 287 }, 'backward: gradients of L'),
      ]),
    ],
  );
}
