// WebKitGTK, the engine of Safari in Debian, driven as the W3C's WebDriver says, on a display of its own that nobody sees.
// Its package has the driver, and its library the small browser that the driver starts.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { displayPath, webkitDriverPath } from '../../cpp/toolchain.mjs';
import type { Key, Tab } from './way-through.ts';

/** Keys that are no characters, as WebDriver codes them. */
const codes: Record<string, string> = {
  Enter: '\uE007',
  ArrowLeft: '\uE012',
  ArrowRight: '\uE014',
  Control: '\uE009',
};

/** The first line that a process writes. */
const firstLine = (process: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    process.stdout?.once('data', (data) => resolve(String(data).trim()));
    process.once('error', reject);
    process.once('exit', (status) => reject(new Error(`ended with ${status} before it said anything`)));
  });

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const ended = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill();
  });

interface WebKit {
  tab: Tab;
  version: string;
  close: () => Promise<void>;
}

/** Starts WebKit with one window. `address` is the folder of the lesson; `troubles` are those that its pages have noted. */
export async function startWebKit(address: string): Promise<WebKit> {
  const [driverPath, xvfb] = [webkitDriverPath(), displayPath()];
  if (!driverPath || !xvfb)
    throw new Error(
      'WebKitWebDriver and Xvfb are needed: npm test installs them, or set WEBKIT_DRIVER and XVFB.',
    );
  const display = spawn(xvfb, ['-displayfd', '1', '-screen', '0', '1280x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const port = await freePort();
  const driver = spawn(driverPath, [`--port=${port}`, '--host=127.0.0.1'], {
    env: { ...process.env, DISPLAY: `:${await firstLine(display)}`, GDK_BACKEND: 'x11' },
    stdio: 'ignore',
  });

  const ask = async <Value>(method: string, path: string, body?: object): Promise<Value> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: Value & { message?: string } };
    if (!response.ok) throw new Error(`WebKit, ${method} ${path}: ${value.message}`);
    return value;
  };
  // A test that fails before it closes leaves nothing behind.
  for (const child of [driver, display]) process.once('exit', () => child.kill());
  const isListening = () =>
    ask('GET', '/status').then(
      () => true,
      () => false,
    );
  // oxlint-disable-next-line no-await-in-loop -- asked until it answers
  while (!(await isListening())) await new Promise((again) => setTimeout(again, 50));

  interface Session {
    sessionId: string;
    capabilities: { browserVersion: string };
  }
  const { sessionId, capabilities } = await ask<Session>('POST', '/session', { capabilities: {} });
  const post = <Value = null>(path: string, body: object = {}) =>
    ask<Value>('POST', `/session/${sessionId}/${path}`, body);
  await post('window/rect', { width: 1280, height: 1000 });

  const stroke = (value: string) => [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ];
  const keys = (actions: object[]) => post('actions', { actions: [{ type: 'key', id: 'keys', actions }] });
  const evaluate: Tab['evaluate'] = (run, ...given) =>
    post('execute/sync', { script: `return (${run.toString()})(...arguments)`, args: given }) as never;

  const tab: Tab = {
    open: async (file) => {
      // Another fragment of the same page would not load it again.
      if (file.startsWith('#')) await post('url', { url: 'about:blank' });
      await post('url', { url: address + file });
    },
    reload: async () => void (await post('refresh')),
    press: async (key: Key) => {
      const names = key.split('+').map((name) => codes[name] ?? name);
      const last = names.pop() as string;
      const held = (type: string) => names.map((value) => ({ type, value }));
      await keys([...held('keyDown'), ...stroke(last), ...held('keyUp')]);
    },
    type: async (text) => void (await keys(Array.from(text, stroke).flat())),
    click: async (selector) => {
      const element = await post<Record<string, string>>('element', {
        using: 'css selector',
        value: selector,
      });
      await post(`element/${Object.values(element)[0]}/click`);
    },
    evaluate,
    troubles: () => evaluate(() => JSON.parse(sessionStorage.getItem('troubles') ?? '[]') as string[]),
  };
  return {
    tab,
    version: capabilities.browserVersion,
    close: async () => {
      await ask('DELETE', `/session/${sessionId}`);
      await ended(driver);
      await ended(display);
    },
  };
}
