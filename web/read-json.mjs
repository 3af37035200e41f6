// JSON as people's programs write it: with the NaN, Infinity and -Infinity of Python's json module, and with a byte-order
// mark at its head. What is not JSON is refused with its line and column; what was read can be asked for its line.

/** @typedef {(string | number)[]} Path the keys and positions that lead to a value */

/** What Python shows, where its json module would write something else. @type {Record<string, string>} */
const meant = {
  True: 'true',
  False: 'false',
  None: 'null',
  nan: 'NaN',
  inf: 'Infinity',
  '-inf': '-Infinity',
};

/** @type {Record<string, unknown>} */
const words = {
  true: true,
  false: false,
  null: null,
  NaN: Number.NaN,
  Infinity,
  '-Infinity': -Infinity,
};

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * @param {string} text
 * @returns {{ value: unknown, lineOf: (path: Path) => number }} the value, and the line on which a part of it begins
 * @throws {SyntaxError} that says in which line and column, what was expected and what stands there
 */
export function readJson(text) {
  /** @type {Map<string, number>} */
  const begins = new Map();
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  const lineAt = (/** @type {number} */ position) => text.slice(0, position).split('\n').length;
  /** @param {string} expected @param {string} [got] @returns {never} */
  function refuse(expected, got = at < text.length ? JSON.stringify(text[at]) : 'the end of the file') {
    const column = at - text.lastIndexOf('\n', at - 1);
    const utf8 = text.includes('\uFFFD') ? ' (is the file in UTF-8?)' : '';
    throw new SyntaxError(`line ${lineAt(at)}, column ${column}: expected ${expected}, got ${got}${utf8}`);
  }
  const skipSpace = () => {
    while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) ++at;
  };
  /** @param {string} character */
  const take = (character) => {
    skipSpace();
    if (text[at] !== character) return false;
    ++at;
    return true;
  };

  /** @returns {string} */
  function string() {
    const end = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
    end.lastIndex = at;
    const [quoted] = end.exec(text) ?? refuse('a text that ends with "');
    try {
      const unquoted = /** @type {string} */ (JSON.parse(quoted));
      at += quoted.length;
      return unquoted;
    } catch {
      return refuse(String.raw`a text in which a line's end is \n and a backslash is \\`, quoted);
    }
  }

  /** @returns {unknown} */
  function word() {
    const [found = ''] = /^[^\s,:[\]{}"']+/.exec(text.slice(at, at + 400)) ?? [];
    if (Object.hasOwn(words, found)) {
      at += found.length;
      return words[found];
    }
    if (number.test(found)) {
      at += found.length;
      return Number(found);
    }
    if (text[at] === "'")
      return refuse('"', "': JSON has no single quotes. Python's json.dump writes JSON, its str() does not");
    if (Object.hasOwn(meant, found)) return refuse(meant[found] ?? '', `${found}, which is no JSON`);
    return refuse('a value', found === '' ? undefined : found);
  }

  /** @param {Path} path @returns {unknown} */
  function value(path) {
    skipSpace();
    // Not of each number of a long list: the list's own line will do.
    if (typeof path.at(-1) !== 'number' || '[{'.includes(text.charAt(at) || ' '))
      begins.set(JSON.stringify(path), at);
    if (text[at] === '"') return string();
    if (take('[')) {
      /** @type {unknown[]} */
      const list = [];
      if (take(']')) return list;
      do list.push(value([...path, list.length]));
      while (take(','));
      return take(']') ? list : refuse(', or ]');
    }
    if (take('{')) {
      /** @type {[string, unknown][]} */
      const entries = [];
      if (take('}')) return {};
      do {
        skipSpace();
        const key = text[at] === '"' ? string() : text[at] === "'" ? word() : refuse('a name in "quotes"');
        if (!take(':')) refuse(':');
        entries.push([String(key), value([...path, String(key)])]);
      } while (take(','));
      return take('}') ? Object.fromEntries(entries) : refuse(', or }');
    }
    return word();
  }

  const read = value([]);
  skipSpace();
  if (at < text.length) refuse('the end of the file');
  return {
    value: read,
    lineOf(path) {
      // A part that is missing would stand in what it belongs to.
      for (let length = path.length; length > 0; --length) {
        const begin = begins.get(JSON.stringify(path.slice(0, length)));
        if (begin !== undefined) return lineAt(begin);
      }
      return lineAt(begins.get('[]') ?? 0);
    },
  };
}
