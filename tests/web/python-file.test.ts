// Programs as files for plain NumPy: their checks say what the page's judge says, of every program in tests/programs that
// plain Python runs too.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pythonPath } from '../../cpp/toolchain.mjs';
import { programs } from '../../web/render/programs.ts';
import { pythonFileOf } from '../../web/src/kinds/program/python-file.ts';
import { sections } from './program-sections.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What each file says of its program: right, wrong, or that it does not run to its end. */
const runner = `
import contextlib, io, json, runpy, sys, warnings
warnings.simplefilter("ignore")
for name in sys.argv[1:]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            verdict = "right" if runpy.run_path(name)["check"]() else "wrong"
    except (Exception, SystemExit) as error:
        verdict = f"{type(error).__name__}: {error}"
    print(json.dumps(verdict))
`;

test('NumPy and the page agree on every program', () => {
  const files = sections.map(({ task, title, text }, k) => {
    const file = path.join(folder, `${k}.py`);
    writeFileSync(file, pythonFileOf(programs, title, task, text));
    return file;
  });
  const ran = spawnSync(pythonPath() ?? 'python3', ['-c', runner, ...files], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  const said = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as string);
  expect(said).toHaveLength(sections.length);
  const judged = { right: 0, wrong: 0 };
  sections.forEach(({ task, title, text }, k) => {
    const { verdict } = programs.judge(task, text);
    if (verdict !== 'right' && verdict !== 'wrong') return;
    expect(said[k], `${task}: ${title}`).toBe(verdict);
    ++judged[verdict];
  });
  expect(judged.right).toBeGreaterThanOrEqual(35);
  expect(judged.wrong).toBeGreaterThanOrEqual(40);
});
