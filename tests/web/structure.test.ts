// The rules of the house that a test can check: which layer may know which.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../web/render/kinds.ts';
import { items } from '../../web/src/kinds/load.ts';
import table from '../../cpp/answers/quantities.json' with { type: 'json' };
import { colours } from '../../web/src/core/quantities.ts';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
const texts = new Map<string, string>();
function read(file: string): string {
  const text = texts.get(file) ?? readFileSync(file, 'utf8');
  texts.set(file, text);
  return text;
}
const matches = (file: string, pattern: RegExp) =>
  [...read(file).matchAll(pattern)].map((match) => match[1] ?? '');
/** Without its comments. */
const codeOf = (file: string) => read(file).replace(/\/\*.*?\*\/|(?<!:)\/\/[^\n]*/gs, '');
const includesOf = (file: string) => matches(file, /^\s*#include\s*[<"]([^>"]+)[>"]/gm);
/** What a file imports, by a statement or when it is needed; without what tells the build how: ?worker. */
const importsIn = (code: string) =>
  [...code.matchAll(/\b(?:from|import|import\()\s*['"]([^'"\s?]+)[^'"\s]*['"]/g)].map(
    ([, name = '']) => name,
  );
const importsOf = (file: string) => importsIn(read(file));
/** The files of this tree among them: all, or those that are still imported when types are gone. */
const filesIn = (file: string, code: string) =>
  importsIn(code)
    .filter((name) => name.startsWith('.'))
    .map((name) => path.join(path.dirname(file), name));
const filesFrom = (file: string) => filesIn(file, read(file));
const loadedFrom = (file: string) =>
  filesIn(file, read(file).replace(/^(?:import|export) type\b[^;]*;/gm, ''));

/** The lines of the longest function that stands in a file, of those with a body of their own. */
function longestFunctionOf(file: string): number {
  const text = read(file);
  const lengths = [0];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, start, end } = node as { type?: string; start: number; end: number };
    if (type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression')
      lengths.push(text.slice(start, end).split('\n').length);
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(file, text).program);
  return Math.max(...lengths);
}

const cpp = filesUnder('cpp').filter((file) => /\.(h|cpp)$/.test(file));
const src = filesUnder('web/src').filter((file) => /\.(tsx?|mjs)$/.test(file));
const render = filesUnder('web/render').filter((file) => /\.tsx?$/.test(file));
const memory = src.filter((file) => file.startsWith('web/src/memory/'));
const core = src.filter((file) => file.startsWith('web/src/core/'));

describe('C++', () => {
  test('there is C++ to look at', () => expect(cpp.length).toBeGreaterThan(10));

  test('only what exports the bindings, and the benchmark of the module, include emscripten', () => {
    const users = cpp.filter((file) => includesOf(file).some((name) => name.startsWith('emscripten')));
    expect(users.toSorted()).toEqual(['cpp/bench/wasm_bench.cpp', 'cpp/bindings/module.cpp']);
  });

  test.each([
    ['batchnorm', []],
    ['lab', ['batchnorm']],
    ['answers', ['lab', 'batchnorm']],
    ['programs', ['answers', 'lab', 'batchnorm']],
    ['bindings', ['programs', 'answers', 'lab', 'batchnorm']],
    ['bench', ['batchnorm']],
  ])('cpp/%s includes Eigen, std, itself and of this tree only %j', (library, below) => {
    // What is no library of C++: the compiler's vectors for WebAssembly, the boundary and the benchmarks.
    const own: Record<string, string[]> = {
      'cpp/batchnorm/internal/lanes.h': ['wasm_simd128.h'],
      'cpp/bindings/module.cpp': ['emscripten/bind.h'],
      'cpp/bench/wasm_bench.cpp': ['emscripten/bind.h', 'emscripten/val.h'],
      'cpp/bench/native_bench.cpp': ['benchmark/benchmark.h'],
    };
    const files = cpp.filter((each) => each.startsWith(`cpp/${library}/`));
    expect(files.length).toBeGreaterThan(2);
    const foreign = files.flatMap((file) =>
      includesOf(file)
        .filter((name) => !own[file]?.includes(name))
        .filter((name) => {
          const [first = '', second] = name.split('/');
          return second === undefined
            ? !/^[a-z_]+$/.test(first)
            : !['Eigen', library, ...below].includes(first);
        })
        .map((name) => `${file} includes ${name}`),
    );
    expect(foreign).toEqual([]);
  });
});

describe('TypeScript', () => {
  test.each(['core', 'laboratory', 'programs'])('only %s.ts imports its generated module', (module) => {
    const users = src.filter((file) =>
      importsOf(file).some((name) => name === `#${module}-module` || name.endsWith(`${module}.mjs`)),
    );
    // The declaration of the one module takes a type of the other.
    expect(users.filter((file) => !file.endsWith('.d.ts'))).toEqual([`web/src/core/${module}.ts`]);
  });

  test('render loads nothing of web/src/page', () => {
    expect(render.length).toBeGreaterThan(30);
    const users = render.filter((file) =>
      loadedFrom(file).some((other) => other.startsWith('web/src/page/')),
    );
    expect(users).toEqual([]);
  });

  test('src does not import render', () => {
    const users = src.filter((file) => filesFrom(file).some((other) => other.startsWith('web/render')));
    expect(users).toEqual([]);
  });

  test('no page loads all figures', () => {
    expect(src.filter((file) => importsOf(file).some((name) => name.endsWith('figures/all.ts')))).toEqual([]);
    const eager = src.filter(
      (file) => matches(file, /^import (?!type).*from '(.*figures\/.*)'/gm).length > 0,
    );
    expect(eager).toEqual(['web/src/page/figures.tsx']);
    expect(matches('web/src/page/figures.tsx', /from '(.*figures\/.*)'/g)).toEqual(['../figures/load.ts']);
  });

  test('a figure has a folder of its name, and imports from no other figure’s', () => {
    const folderOf = (file: string) => /^web\/src\/figures\/([a-z-]+)\//.exec(file)?.[1];
    const inFolders = src.filter((file) => folderOf(file) !== undefined);
    const folders = [...new Set(inFolders.map(folderOf))];
    expect(folders.length).toBeGreaterThan(5);
    for (const folder of folders)
      expect(matches(`web/src/figures/${folder}/${folder}.tsx`, /kind: '([a-z-]+)'/g)[0]).toBe(folder);
    const foreign = inFolders.flatMap((file) =>
      filesFrom(file)
        .filter((other) => ![undefined, folderOf(file)].includes(folderOf(other)))
        .map((other) => `${file} imports ${other}`),
    );
    expect(foreign).toEqual([]);
  });

  test('figures are drawn without a browser too: they and what they are made of touch no window', () => {
    const drawn = src.filter(
      (file) => file.startsWith('web/src/figures/') || file.endsWith('drawing/plot.tsx'),
    );
    for (const file of drawn) expect(read(file), file).not.toMatch(/\b(window|document|location)\b\./);
  });

  test('every drawing stands in the one frame for them; the plots of experiments are files of their own', () => {
    const framed = src.filter((file) => read(file).includes('<svg'));
    expect(framed).toEqual(['web/src/drawing/picture.tsx', 'web/src/kinds/experiment/plot.tsx']);
  });

  test('no function of a figure or a kind is longer than 120 lines', () => {
    const long = src
      .filter((file) => /^web\/src\/(figures|kinds)\//.test(file))
      .filter((file) => longestFunctionOf(file) > 120);
    expect(long).toEqual([]);
  });

  test('digits below a symbol are made in one place', () => {
    // A list of them: two in a row.
    const made = src.filter((file) => /[₀-₉]['", ]*[₀-₉]/.test(read(file)));
    expect(made).toEqual(['web/src/core/format.ts']);
  });

  test('web/src has six folders, and beside them only where the page starts', () => {
    const entries = readdirSync('web/src').toSorted();
    expect(entries).toEqual(['core', 'drawing', 'figures', 'kinds', 'main.ts', 'memory', 'page']);
  });

  test.each([
    ['memory', []],
    ['core', []],
    ['drawing', ['core']],
    ['figures', ['drawing', 'core']],
    ['kinds', ['drawing', 'memory', 'core']],
    ['page', ['kinds', 'figures', 'drawing', 'memory', 'core']],
  ])('web/src/%s imports itself and of this tree only %j', (folder, below) => {
    const allowed = [folder, ...below].map((name) => `web/src/${name}/`);
    // The one table that C++ reads too, and where the browser finds the built modules.
    if (folder === 'core') allowed.push('cpp/answers/quantities.json');
    if (folder === 'page') allowed.push('build/wasm/');
    const files = src.filter((file) => file.startsWith(`web/src/${folder}/`));
    expect(files.length).toBeGreaterThan(3);
    const foreign = files.flatMap((file) =>
      filesFrom(file)
        .filter((other) => !allowed.some((start) => other.startsWith(start)) && !other.endsWith('.css'))
        .map((other) => `${file} imports ${other}`),
    );
    expect(foreign).toEqual([]);
  });

  test('of packages, core imports the built modules only, and memory none', () => {
    const packages = (files: string[]) =>
      new Set(files.flatMap(importsOf).filter((name) => !name.startsWith('.')));
    expect(packages(core)).toEqual(new Set(['#core-module', '#laboratory-module', '#programs-module']));
    expect(packages(memory)).toEqual(new Set());
  });

  test('core and memory touch no DOM', () => {
    const pure = [...core, ...memory];
    for (const file of pure)
      expect(read(file), file).not.toMatch(/\b(document|window|location|localStorage|HTMLElement|Node)\b/);
  });

  test('what serves one figure or one kind lies in its folder', () => {
    const ownerOf = (file: string) =>
      /^web\/src\/(?:figures|kinds)\/([a-z-]+)\//.exec(file)?.[1] ??
      /^web\/render\/kinds\/([a-z-]+)\.tsx?$/.exec(file)?.[1] ??
      file;
    // Lists of all kinds and of all figures, which one kind alone asks for.
    const lists = ['web/src/kinds/papers.ts', 'web/src/figures/all.ts'];
    const owners = new Map<string, Set<string>>();
    for (const file of [...src, ...render])
      for (const other of filesFrom(file))
        owners.set(other, (owners.get(other) ?? new Set()).add(ownerOf(file)));
    const misplaced = src
      .filter((file) => /^web\/src\/(?:figures|kinds|drawing|core)\//.test(file))
      .filter((file) => ownerOf(file) === file && !lists.includes(file))
      .filter((file) => {
        const [owner = '', ...others] = owners.get(file) ?? [];
        return others.length === 0 && owner !== '' && !owner.includes('/');
      });
    expect(misplaced).toEqual([]);
  });

  test('every file is imported, but those that the build names', () => {
    const imported = new Set([...src, ...render].flatMap(filesFrom));
    expect(src.filter((file) => !imported.has(file) && !file.endsWith('.d.ts')).toSorted()).toEqual([
      'web/src/main.ts',
      'web/src/page/no-workers.ts',
      'web/src/page/service-worker.ts',
    ]);
  });

  test('a block is a view: no element of its own is registered', () => {
    expect(src.filter((file) => /\bcustomElements\b|extends HTMLElement/.test(read(file)))).toEqual([]);
  });

  test('no sentence of the lesson stands in the code: no twelve words in a row are the same', () => {
    const runsOf = (file: string) => {
      const words =
        read(file)
          .toLowerCase()
          .match(/[\p{L}\p{N}']+/gu) ?? [];
      return words.slice(11).map((_, k) => words.slice(k, k + 12).join(' '));
    };
    const said = new Set(
      filesUnder('web/lesson')
        .filter((file) => file !== 'web/lesson/README.md')
        .flatMap(runsOf),
    );
    expect(said.size).toBeGreaterThan(10_000);
    const again = [...src, ...render].flatMap((file) =>
      runsOf(file)
        .filter((run) => said.has(run))
        .map((run) => `${file}: ${run}`),
    );
    expect(again).toEqual([]);
  });

  test('a kind imports no other kind', () => {
    const folderOf = (file: string) => /^web\/src\/kinds\/([a-z-]+)\//.exec(file)?.[1];
    const files = src.filter((file) => folderOf(file) !== undefined);
    expect(new Set(files.map(folderOf)).size).toBe(Object.keys(kinds).length);
    const foreign = files.flatMap((file) =>
      filesFrom(file)
        .filter((other) => ![undefined, folderOf(file)].includes(folderOf(other)))
        .map((other) => `${file} imports ${other}`),
    );
    expect(foreign).toEqual([]);
  });

  test('what the browser loads holds no schema, and nothing of the library that reads them', () => {
    const loaded = new Set<string>();
    const load = (file: string) => {
      if (loaded.has(file)) return;
      loaded.add(file);
      for (const other of loadedFrom(file)) if (/\.tsx?$/.test(other)) load(other);
    };
    load('web/src/main.ts');
    for (const kind of Object.keys(kinds)) expect(loaded).toContain(`web/src/kinds/${kind}/${kind}.tsx`);
    expect(
      [...loaded].filter((file) => /\bschema\.ts$/.test(file) || importsOf(file).includes('zod')),
    ).toEqual([]);
    expect(src.filter((file) => importsOf(file).includes('zod')).length).toBeGreaterThan(5);
  });

  test('no HTML is made from strings, nothing is evaluated, nothing inline is styled', () => {
    for (const file of src) {
      expect(read(file), file).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\bstyle=|dangerouslySet/,
      );
    }
  });
});

describe('the table of quantities', () => {
  const rows: Record<string, { given?: string; helper?: boolean; formula?: string }> = table;

  test('each colour has its class, and lights up with its symbol', () => {
    const [tokens, linked] = ['tokens', 'linked-symbols'].map((name) => read(`web/style/${name}.css`));
    const classesIn = (css = '') => new Set([...css.matchAll(/\.q-(\w+)/g)].map(([, name]) => name));
    expect(classesIn(tokens)).toEqual(new Set(colours));
    expect(classesIn(linked)).toEqual(new Set(colours));
  });

  test('each formula is of quantities above it', () => {
    const names = Object.keys(rows);
    const formulas = Object.entries(rows).filter(([, row]) => row.formula !== undefined);
    expect(formulas.length).toBeGreaterThan(20);
    for (const [name, { formula = '' }] of formulas) {
      const used = formula.match(/[a-z]\w*/g)?.filter((each) => names.includes(each)) ?? [];
      expect(
        used.filter((each) => names.indexOf(each) >= names.indexOf(name)),
        name,
      ).toEqual([]);
    }
  });

  test('the lesson’s README names every quantity that a formula of the lesson may name', () => {
    const readme = read('web/lesson/README.md');
    const names = Object.entries(rows).flatMap(([name, row]) => (row.helper ? [] : name));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });

  test('it stands once: no other file of the page has letters or colours of its own', () => {
    const lists = src.filter(
      (file) =>
        !file.endsWith('/quantities.ts') && /\b(gamma|beta)['"]?[:,] (\{[^}]*)?['"][γβ]['"]/.test(read(file)),
    );
    expect(lists).toEqual([]);
  });

  /** The most quantities that stand beside each other in one pair of brackets: as texts, keys or firsts of lists. */
  function longestList(file: string): number {
    const [all, open] = [new Set(Object.keys(rows)), [] as { names: Set<string>; isEmpty: boolean }[]];
    let longest = 0;
    for (const [token, text, key] of codeOf(file).matchAll(/['"](\w+)['"]|(\w+)\??:(?!:)|\S/g)) {
      const list = open.at(-1);
      const name = text ?? key ?? '';
      if (all.has(name)) {
        list?.names.add(name);
        if (list?.isEmpty) open.at(-2)?.names.add(name);
      }
      if (list) list.isEmpty = false;
      if (/^[([{]$/.test(token)) open.push({ names: new Set(), isEmpty: true });
      if (/^[)\]}]$/.test(token)) longest = Math.max(longest, open.pop()?.names.size ?? 0);
    }
    return longest;
  }

  test('no other list says what quantities there are', () => {
    const lists = [...cpp, ...src, ...render].filter((file) => longestList(file) > 6);
    const reasons = Object.entries({
      'cpp/answers/battery.cpp': 'how the givens of a batch are drawn, each in its own way',
      'cpp/answers/formula_answer.cpp': 'formulas that a difference may be made of, the simplest first',
      'cpp/answers/quantities.cpp': 'what the operator gives for each quantity',
      'cpp/answers/rounding.cpp': 'other orders of computing some of them',
      'cpp/bench/': 'the arguments of one call',
      'cpp/bindings/': 'the arguments and results of functions',
      'cpp/programs/tasks.cpp': 'the inputs and outputs of programs, with their shapes',
      'web/render/kinds/worksheet.ts': 'how each step is set in print',
      'web/src/figures/': 'the fields of a figure, and what it says of each step in its order',
    });
    expect(lists.filter((file) => !reasons.some(([place]) => file.startsWith(place)))).toEqual([]);
    for (const [place, reason] of reasons)
      expect(
        lists.some((file) => file.startsWith(place)),
        `${place}: ${reason}`,
      ).toBe(true);
  });
});

describe('kinds of items', () => {
  test('those that are built are those that are loaded, and each has its folder', () => {
    const folders = readdirSync('web/src/kinds', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(Object.keys(items).toSorted()).toEqual(Object.keys(kinds).toSorted());
    expect(folders.toSorted()).toEqual(Object.keys(kinds).toSorted());
  });

  test.each(Object.entries(kinds))(
    '%s is drawn by the same view at build time and in the browser',
    async (name, kind) => {
      const { item } = await (items[name] as NonNullable<(typeof items)[string]>)();
      expect(item.View).toBe(kind.View);
    },
  );
});

test('every test in Chromium runs under the watch; other browsers count what goes wrong themselves', () => {
  const specs = filesUnder('tests/browser').filter((file) => file.endsWith('.spec.ts'));
  const own = specs.filter((file) =>
    /import \{[^}]*\btest\b[^}]*\} from '@playwright\/test'/.test(read(file)),
  );
  expect(own.toSorted()).toEqual(['tests/browser/firefox.spec.ts', 'tests/browser/webkit.spec.ts']);
  for (const file of specs) {
    const contexts = matches(file, /(browser\.new(?:Context|Page)\()/g).length;
    const watched = matches(file, /(atch\.over\()/g).length;
    expect(watched, `${file}: a context that nobody watches`).toBeGreaterThanOrEqual(contexts);
  }
});

test('the table of faults names tests that exist', () => {
  const named = [...read('web/HOSTING.md').matchAll(/`(tests\/[^`]+)`: “([^”]+)”/g)];
  expect(named.length).toBeGreaterThan(30);
  for (const [, file = '', name = ''] of named)
    expect(read(file).replaceAll("\\'", "'"), name).toContain(`'${name}'`);
});

test('README counts what there is', () => {
  const readme = read('README.md');
  const reference = filesUnder('tests/reference').filter((file) =>
    /^tests\/reference\/\w+\.json$/.test(file),
  );
  const casesIn = (files: string[]) =>
    files
      .map((file) => (JSON.parse(read(file)) as { cases?: unknown[] }).cases?.length ?? 0)
      .reduce((sum, count) => sum + count, 0);
  const programs = filesUnder('tests/programs').flatMap((file) => matches(file, /^# === (.*)$/gm));
  const typed = casesIn(filesUnder('tests/answers').filter((file) => file.endsWith('.json')));
  expect(readme).toContain(`[${typed.toLocaleString('en')} typed answers]`);
  expect(readme).toContain(`or take the ${casesIn(reference)} cases there`);
  expect(readme).toContain(`${programs.length} programs in others' habits`);
  expect(readme).toMatch(new RegExp(`NumPy makes of ${casesIn(['tests/reference/numpy/values.json'])}\\s`));
});

test('package.json, CMake and the list of changes have the same version', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(matches('CMakeLists.txt', /^project\(batchnorm VERSION (\S+)/gm)).toEqual([version]);
  expect(matches('web/CHANGELOG.md', /^## (\d\S*)/gm)[0]).toBe(version);
});

test('the lesson’s folder holds Markdown only', () => {
  expect(filesUnder('web/lesson').filter((file) => !file.endsWith('.md'))).toEqual([]);
});

test('the top level holds what it should and nothing else', () => {
  const tracked = readdirSync('.').filter(
    (name) => !name.startsWith('.') && !['build', 'dist', 'node_modules'].includes(name),
  );
  expect(tracked.toSorted()).toEqual(
    [
      'CMakeLists.txt',
      'CMakePresets.json',
      'LICENSE',
      'README.md',
      'cpp',
      'package-lock.json',
      'package.json',
      'tests',
      'web',
    ].toSorted(),
  );
});
