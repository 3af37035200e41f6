// The states of all blocks, by their names, as the browser keeps them: one entry of its storage for each block, so that
// two tabs and two pages never write over each other's work.

import {
  type Changes,
  changesBetween,
  isNothing,
  type Kept,
  merged,
  nothingKept,
  readKept,
  withTexts,
  writeKept,
} from './kept.ts';

/** The part of the browser's Storage that is used, so that a test can pass a Map with these methods. */
export type Drawer = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

/** Hears of every change of a block, and of what has changed of it. */
type Listener = (name: string, changes: Changes) => void;

const noChanges: Changes = { texts: new Set(), answers: new Set() };

export class Memory {
  private readonly drawer: Drawer | undefined;
  /** The prefix of every key, which differs between two copies of the lesson on one host. */
  readonly prefix: string;
  private readonly states = new Map<string, Kept>();
  /** What of each block changed here since it was last stored. */
  private readonly changed = new Map<string, Changes>();
  private readonly listeners = new Set<Listener>();
  private waiting: ReturnType<typeof setTimeout> | undefined;
  /** Called when the browser refuses to store; with what it says. */
  onRefusal: (reason: string) => void = () => {};

  constructor(drawer: Drawer | undefined, prefix: string) {
    this.drawer = drawer;
    this.prefix = prefix;
  }

  /** The state of a block; stored ones are read when they are first asked for. */
  get(name: string): Kept {
    let kept = this.states.get(name);
    if (!kept) {
      kept = this.stored(name) ?? nothingKept;
      this.states.set(name, kept);
    }
    return kept;
  }

  /** The names of all blocks of which something is kept, on whatever page they stand. */
  names(): string[] {
    const names = new Set([...this.states.keys(), ...this.storedNames()]);
    return [...names].filter((name) => !isNothing(this.get(name)));
  }

  private storedNames(): string[] {
    const { drawer, prefix } = this;
    try {
      const keys = Array.from({ length: drawer?.length ?? 0 }, (_, k) => drawer?.key(k) ?? '');
      return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    } catch {
      return [];
    }
  }

  change(name: string, edit: (kept: Kept) => Kept): void {
    const before = this.get(name);
    const after = edit(before);
    if (after === before) return;
    this.states.set(name, after);
    const earlier = this.changed.get(name) ?? noChanges;
    const changes = changesBetween(before, after);
    this.changed.set(name, {
      texts: new Set([...earlier.texts, ...changes.texts]),
      answers: new Set([...earlier.answers, ...changes.answers]),
    });
    this.storeSoon();
    this.tell(name, changes);
  }

  setTexts(name: string, texts: Readonly<Record<string, string | undefined>>): void {
    this.change(name, (kept) => withTexts(kept, texts));
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Another tab has stored a state of a block. `key` and `text` are those of the browser's event. */
  hear(key: string | null, text: string | null): void {
    if (!key?.startsWith(this.prefix) || text === null) return;
    const name = key.slice(this.prefix.length);
    const theirs = readKept(text);
    if (theirs && this.states.has(name)) this.take(name, theirs);
  }

  /** Merges what another page has stored into the state here. */
  private take(name: string, theirs: Kept): void {
    const mine = this.get(name);
    // A clearing that is newer than the changes here discards them.
    if (theirs.cleared > mine.cleared) this.changed.delete(name);
    const both = merged(theirs, mine, this.changed.get(name) ?? noChanges);
    this.states.set(name, both);
    this.tell(name, changesBetween(mine, both));
  }

  /** Reads again what is stored: another page may have changed it while this one was out of sight. */
  refresh(): void {
    for (const name of this.states.keys()) {
      const theirs = this.stored(name);
      if (theirs) this.take(name, theirs);
    }
  }

  /** Stores at once what waits to be stored; whether all of it is stored now. */
  store(): boolean {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    let refusal: string | undefined;
    for (const [name, changes] of this.changed) {
      const mine = this.get(name);
      const theirs = this.stored(name);
      const both = theirs ? merged(theirs, mine, changes) : mine;
      try {
        this.drawer?.setItem(this.prefix + name, writeKept(both));
      } catch (error) {
        // A smaller entry may still fit; this one is tried again with the next change.
        refusal = error instanceof Error ? error.message : String(error);
        continue;
      }
      this.changed.delete(name);
      if (theirs && writeKept(both) !== writeKept(mine)) {
        this.states.set(name, both);
        this.tell(name, changesBetween(mine, both));
      }
    }
    if (refusal !== undefined) this.onRefusal(refusal);
    return refusal === undefined && this.drawer !== undefined;
  }

  private storeSoon(): void {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.store(), 300);
  }

  private tell(name: string, changes: Changes): void {
    for (const listener of this.listeners) listener(name, changes);
  }

  /** What cannot be read is kept aside under another key, not deleted. */
  private stored(name: string): Kept | undefined {
    const { drawer, prefix } = this;
    let text: string | null;
    try {
      text = drawer?.getItem(prefix + name) ?? null;
    } catch {
      return undefined;
    }
    if (text === null) return undefined;
    const kept = readKept(text);
    if (kept) return kept;
    try {
      drawer?.setItem(`aside ${prefix}${name}`, text);
      drawer?.removeItem(prefix + name);
    } catch {
      // It stays where it is, and is not read.
    }
    return undefined;
  }
}
