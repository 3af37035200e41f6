// The rules of the house that a test can check: which layer may know which.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { kinds } from '../../web/render/kinds.ts';
import { items } from '../../web/src/kinds/load.ts';
import { colours, givenNames } from '../../web/src/core/quantities.ts';

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
const read = (file: string) => readFileSync(file, 'utf8');
const matches = (file: string, pattern: RegExp) =>
  [...read(file).matchAll(pattern)].map((match) => match[1] ?? '');
const includesOf = (file: string) => matches(file, /^\s*#include\s*[<"]([^>"]+)[>"]/gm);
const importsOf = (file: string) => matches(file, /(?:from|import)\s*\(?['"]([^'"]+)['"]/g);
/** The files of this tree that a file imports: all, or those that are still there when types are gone. */
const filesFrom = (file: string, of = read(file)) =>
  [...of.matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g)].map(([, name = '']) =>
    path.join(path.dirname(file), name),
  );
const loadedFrom = (file: string) =>
  filesFrom(file, read(file).replace(/^(?:import|export) type\b[^;]*;/gm, ''));

const cpp = filesUnder('cpp').filter((file) => /\.(h|cpp)$/.test(file));
const src = filesUnder('web/src').filter((file) => /\.tsx?$/.test(file));
const memory = src.filter((file) => file.startsWith('web/src/memory/'));
const core = src.filter((file) => file.startsWith('web/src/core/'));

describe('C++', () => {
  test('there is C++ to look at', () => expect(cpp.length).toBeGreaterThan(10));

  test('only cpp/bindings, and the benchmark of the module, include emscripten', () => {
    const users = cpp.filter((file) => includesOf(file).some((name) => name.startsWith('emscripten')));
    expect(users.toSorted()).toEqual(['cpp/bench/wasm_bench.cpp', 'cpp/bindings/arguments.h']);
  });

  test.each(['batchnorm', 'answers', 'lab', 'programs'])(
    'cpp/%s includes Eigen, std and what lies below it only',
    (library) => {
      const allowed =
        {
          batchnorm: ['batchnorm'],
          answers: ['answers', 'batchnorm', 'lab'],
          lab: ['lab', 'batchnorm'],
          programs: ['programs', 'answers', 'batchnorm', 'lab'],
        }[library] ?? [];
      for (const file of cpp.filter((each) => each.startsWith(`cpp/${library}/`))) {
        for (const name of includesOf(file)) {
          // The compiler's own header for WebAssembly's vectors; Eigen has none for them.
          if (file === 'cpp/batchnorm/internal/lanes.h' && name === 'wasm_simd128.h') continue;
          const [first = '', second] = name.split('/');
          const fine =
            second === undefined ? /^[a-z_]+$/.test(first) : first === 'Eigen' || allowed.includes(first);
          expect(fine, `${file} includes ${name}`).toBe(true);
        }
      }
    },
  );
});

describe('TypeScript', () => {
  test.each(['core', 'laboratory', 'programs'])('only %s.ts imports its generated module', (module) => {
    const users = src.filter((file) =>
      importsOf(file).some((name) => name === `#${module}-module` || name.endsWith(`${module}.mjs`)),
    );
    // The declaration of the one module takes a type of the other.
    expect(users.filter((file) => !file.endsWith('.d.ts'))).toEqual([`web/src/core/${module}.ts`]);
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

  test('digits below a symbol are made in one place', () => {
    // A list of them: two in a row.
    const made = src.filter((file) => /[₀-₉]['", ]*[₀-₉]/.test(read(file)));
    expect(made).toEqual(['web/src/core/format.ts']);
  });

  test('web/src has six folders, and beside them only where the page starts', () => {
    const entries = readdirSync('web/src').toSorted();
    expect(entries).toEqual(['core', 'drawing', 'figures', 'kinds', 'main.ts', 'memory', 'page']);
  });

  test('core knows nothing but itself and the table of quantities', () => {
    expect(core.length).toBeGreaterThan(10);
    const others = core.flatMap((file) =>
      filesFrom(file)
        .filter((other) => !/^web\/src\/core\/|^cpp\/answers\/quantities\.json$/.test(other))
        .map((other) => `${file} imports ${other}`),
    );
    expect(others).toEqual([]);
  });

  test('core and memory touch no DOM', () => {
    const pure = [...core, ...memory];
    for (const file of pure)
      expect(read(file), file).not.toMatch(/\b(document|window|location|localStorage|HTMLElement|Node)\b/);
  });

  test('memory knows nothing but itself', () => {
    expect(memory.length).toBeGreaterThan(3);
    for (const file of memory) {
      expect(
        importsOf(file).filter((name) => !name.startsWith('./')),
        file,
      ).toEqual([]);
    }
  });

  test('drawing knows no kinds, no figures and no page', () => {
    const drawing = src.filter((file) => file.includes('/drawing/'));
    expect(drawing.length).toBeGreaterThan(5);
    const above = drawing.flatMap((file) =>
      importsOf(file).filter((name) => /\/(kinds|figures|page|memory)\//.test(name)),
    );
    expect(above).toEqual([]);
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
  test('each colour has its class, and lights up with its symbol', () => {
    const [tokens, linked] = ['tokens', 'linked-symbols'].map((name) => read(`web/style/${name}.css`));
    const classesIn = (css = '') => new Set([...css.matchAll(/\.q-(\w+)/g)].map(([, name]) => name));
    expect(classesIn(tokens)).toEqual(new Set(colours));
    expect(classesIn(linked)).toEqual(new Set(colours));
  });

  test('the lesson’s README names every given', () => {
    const readme = read('web/lesson/README.md');
    for (const name of givenNames) expect(readme).toMatch(new RegExp(`\\b${name}\\b`));
  });

  test('it stands once: no other file of the page has letters or colours of its own', () => {
    const lists = src.filter(
      (file) =>
        !file.endsWith('/quantities.ts') && /\b(gamma|beta)['"]?[:,] (\{[^}]*)?['"][γβ]['"]/.test(read(file)),
    );
    expect(lists).toEqual([]);
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
