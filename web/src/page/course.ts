// Reports to the learning management system that opened the page (SCORM 1.2 or 2004): the score of each objective, the
// completion, and the suspend data with which the work is resumed on another device. All pages of the lesson are one unit
// (SCO) of the course and share one session: going from page to page does not end it. The host may refuse, throw, or be
// gone: the lesson goes on, and everything is kept in the browser as ever.

import { markOf } from '../memory/hash.ts';
import { answerOf, type Kept, merged, nothingKept, readKept, reading, writeKept } from '../memory/kept.ts';
import { type Listed, type Standing, standingOf } from '../memory/mastery.ts';
import type { Drawer, Memory } from '../memory/memory.ts';
import { completed, packed, unpacked } from '../memory/resume.ts';
import type { Found, Standard } from './host.ts';

/** What the course is told about: course.json, made when the site is built. */
export interface Contents {
  objectives: readonly string[];
  items: readonly Listed[];
}

interface ObjectiveProgress {
  name: string;
  standing: Standing;
  /** core questions: right without the answer, answered or opened, and all */
  right: number;
  done: number;
  of: number;
}

export interface Progress {
  objectives: readonly ObjectiveProgress[];
  /** those of all objectives */
  right: number;
  done: number;
  of: number;
  isComplete: boolean;
  /** every objective is shown */
  isPassed: boolean;
}

/** Where the learner stands, as the page itself counts it. */
export function progressOf(
  { objectives: names, items }: Contents,
  keptOf: (block: string) => Kept,
): Progress {
  const objectives = names.map((name, k) => {
    const { standing, right, of } = standingOf(k + 1, items, keptOf);
    const done = items.filter(({ objective, core, block, name: question }) => {
      const { first, opened } = answerOf(keptOf(block), question);
      return objective === k + 1 && core && (first !== undefined || opened);
    }).length;
    return { name, standing, right, of, done };
  });
  const sum = (of: 'right' | 'done' | 'of') => objectives.reduce((all, each) => all + each[of], 0);
  const isPassed = objectives.length > 0 && objectives.every(({ standing }) => standing === 'shown');
  const [right, done, of] = [sum('right'), sum('done'), sum('of')];
  return { objectives, right, done, of, isPassed, isComplete: isPassed || (of > 0 && done === of) };
}

/** What the two standards call the same things, and how they write them. */
interface Dialect {
  prefix: string;
  finish: string;
  mode: string;
  learner: string;
  location: string;
  exit: string;
  time: string;
  score: string;
  /** the elements of the status, each with its values from least to best */
  statuses: Readonly<Record<string, readonly string[]>>;
  /** the characters that `cmi.suspend_data` takes */
  most: number;
  status: (progress: Progress) => readonly (readonly [string, string])[];
  points: (right: number, of: number) => readonly (readonly [string, string])[];
  objective: (of: ObjectiveProgress) => readonly (readonly [string, string])[];
  duration: (seconds: number) => string;
}

const inTwo = (count: number) => String(count).padStart(2, '0');
const share = (part: number, of: number) => (of === 0 ? '0' : String(Number((part / of).toFixed(4))));

const dialects: Readonly<Record<Standard, Dialect>> = {
  '1.2': {
    prefix: 'LMS',
    finish: 'LMSFinish',
    mode: 'cmi.core.lesson_mode',
    learner: 'cmi.core.student_id',
    location: 'cmi.core.lesson_location',
    exit: 'cmi.core.exit',
    time: 'cmi.core.session_time',
    score: 'cmi.core.score',
    statuses: { 'cmi.core.lesson_status': ['incomplete', 'completed', 'passed'] },
    most: 4096,
    status: ({ isPassed, isComplete }) => [
      ['cmi.core.lesson_status', isPassed ? 'passed' : isComplete ? 'completed' : 'incomplete'],
    ],
    // Scores of this standard go from 0 to 100.
    points: (right, of) => [
      ['min', '0'],
      ['max', '100'],
      ['raw', String(of === 0 ? 0 : Math.round((100 * right) / of))],
    ],
    objective: ({ standing }) => [
      [
        'status',
        standing === 'shown' ? 'passed' : standing === 'not started' ? 'not attempted' : 'incomplete',
      ],
    ],
    duration(seconds) {
      const whole = Math.min(Math.floor(seconds), 9999 * 3600);
      return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(inTwo).join(':');
    },
  },
  '2004': {
    prefix: '',
    finish: 'Terminate',
    mode: 'cmi.mode',
    learner: 'cmi.learner_id',
    location: 'cmi.location',
    exit: 'cmi.exit',
    time: 'cmi.session_time',
    score: 'cmi.score',
    statuses: {
      'cmi.completion_status': ['incomplete', 'completed'],
      'cmi.success_status': ['unknown', 'passed'],
    },
    most: 64_000,
    status: ({ isPassed, isComplete, done, of }) => [
      ['cmi.completion_status', isComplete ? 'completed' : 'incomplete'],
      ['cmi.success_status', isPassed ? 'passed' : 'unknown'],
      ['cmi.progress_measure', isComplete ? '1' : share(done, of)],
    ],
    points: (right, of) => [
      ['min', '0'],
      ['max', String(of)],
      ['raw', String(right)],
      ['scaled', share(right, of)],
    ],
    objective: ({ name, standing, done, of }) => [
      ['success_status', standing === 'shown' ? 'passed' : 'unknown'],
      [
        'completion_status',
        standing === 'not started' ? 'not attempted' : done === of ? 'completed' : 'incomplete',
      ],
      ['progress_measure', share(done, of)],
      ['description', name],
    ],
    duration: (seconds) => {
      const whole = Math.floor(seconds);
      return `PT${Math.floor(whole / 3600)}H${Math.floor(whole / 60) % 60}M${whole % 60}S`;
    },
  },
};

/** Wraps the host's API object: its exceptions are caught, and every answer is a string. */
class Host {
  readonly dialect: Dialect;
  private readonly api: Found['api'];
  /** What the host has taken; the same is not said twice. */
  private readonly taken = new Map<string, string>();
  /** It has taken something that it has not stored yet. */
  private isFresh = false;

  constructor({ standard, api }: Found) {
    this.dialect = dialects[standard];
    this.api = api;
  }

  private call(name: string, ...texts: string[]): string {
    try {
      const answer = this.api[name]?.(...texts);
      if (typeof answer === 'string') return answer;
      return typeof answer === 'boolean' || typeof answer === 'number' ? String(answer) : '';
    } catch {
      return '';
    }
  }

  private did(name: string, ...texts: string[]): boolean {
    return ['true', '1'].includes(this.call(name, ...texts));
  }

  /** `new` where the session begins, `known` where another page of the lesson has begun it. */
  begin(): 'new' | 'known' | undefined {
    this.taken.clear();
    const { prefix, statuses } = this.dialect;
    if (this.did(`${prefix}Initialize`, '')) return 'new';
    // Hosts name the reason differently; one that still answers goes on.
    const [status = ''] = Object.keys(statuses);
    return this.get(status) === '' ? undefined : 'known';
  }

  get(element: string): string {
    return this.call(`${this.dialect.prefix}GetValue`, element);
  }

  set(element: string, value: string): boolean {
    if (this.taken.get(element) === value) return true;
    if (!this.did(`${this.dialect.prefix}SetValue`, element, value)) return false;
    this.taken.set(element, value);
    this.isFresh = true;
    return true;
  }

  commit(): boolean {
    if (this.isFresh) this.isFresh = !this.did(`${this.dialect.prefix}Commit`, '');
    return !this.isFresh;
  }

  finish(): void {
    this.call(this.dialect.finish, '');
  }
}

export type Standpoint = 'recorded' | 'refused' | 'not recorded';

export interface Surroundings {
  memory: Memory;
  contents: Contents;
  /** what this browser keeps beside the lesson's memory, and what it keeps until its tab is closed */
  drawer: Drawer | undefined;
  session: Drawer | undefined;
  /** in milliseconds since 1970 */
  now: () => number;
  /** tells the reader how the course stands to what is done */
  say: (standpoint: Standpoint) => void;
}

/** A learner's id at the host as a hash, so that the stored key does not reveal it. */
const markOfLearner = (learner: string): string => (learner === '' ? '' : markOf(learner));

/** Errors of a storage that is full or forbidden are ignored. */
function quietly<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** The browser's work was that of somebody else, and could not be put aside. */
class NotSetAside extends Error {}

/** One page's part of a session with the host. */
export class Course {
  private readonly host: Host;
  private readonly around: Surroundings;
  private start: number;
  private mark = '';
  /** the mode lets things be recorded, and the session is not over */
  private records = false;
  /** of the host's suspend_data, once it has shown that it takes less than its standard says */
  private most: number;
  private sentWork = '';
  private hasObjectives = true;
  private standpoint: Standpoint | undefined;

  /** With the first of these hosts that begins a session, or goes on with one; undefined where none does (yet). */
  static open(found: readonly Found[], around: Surroundings): Course | undefined {
    for (const each of found) {
      const host = new Host(each);
      const begun = host.begin();
      if (begun) return new Course(host, around, begun);
    }
    return undefined;
  }

  private constructor(host: Host, around: Surroundings, begun: 'new' | 'known') {
    this.host = host;
    this.around = around;
    this.most = host.dialect.most;
    this.start = this.startOf(begun);
    this.takeOver();
  }

  private get key(): string {
    return `course ${this.around.memory.prefix}`;
  }

  /** The time of a session counts from its first page. */
  private startOf(begun: 'new' | 'known'): number {
    const { session, now } = this.around;
    const kept = Number(quietly(() => session?.getItem(this.key)) ?? '');
    if (begun === 'known' && kept > 0 && kept <= now()) return kept;
    const start = now();
    quietly(() => session?.setItem(this.key, String(start)));
    return start;
  }

  /** Whose work the browser has, and when it was last given to the host. */
  private get noted(): { mark?: string; written?: number } {
    return quietly(() => JSON.parse(this.around.drawer?.getItem(this.key) ?? '{}') as object | null) ?? {};
  }

  private note(noted: { mark: string; written?: number | undefined }): void {
    quietly(() => this.around.drawer?.setItem(this.key, JSON.stringify(noted)));
  }

  /** What the host has comes to what the browser has. */
  private takeOver(): void {
    const { host, around } = this;
    const { dialect } = host;
    // A host that sets no mode means the normal one.
    const mode = host.get(dialect.mode);
    this.records = mode !== 'browse' && mode !== 'review';
    if (mode === 'browse') {
      const [[status, [least = '']] = ['', []]] = Object.entries(dialect.statuses);
      if (least === 'incomplete' && host.get(status) === 'not attempted') host.set(status, 'browsed');
      this.tell('not recorded');
      return;
    }
    this.mark = markOfLearner(host.get(dialect.learner));
    try {
      const { mark = '' } = this.noted;
      if (this.mark !== '' && mark !== '' && mark !== this.mark) this.changeLearner(mark);
    } catch (error) {
      if (!(error instanceof NotSetAside)) throw error;
      this.records = false;
      this.tell('not recorded');
      return;
    }
    const { written } = this.noted;
    const theirs = unpacked(host.get('cmi.suspend_data'), around.contents.items);
    // Where the host has what this browser gave it last, or has lost that, the browser's is as new or newer.
    const isOurs = theirs !== undefined && written !== undefined && theirs.written <= written;
    for (const [name, kept] of theirs?.blocks ?? []) {
      around.memory.change(name, (mine) => {
        const both = isOurs ? merged(kept, mine) : merged(mine, completed(kept, mine));
        return writeKept(both) === writeKept(mine) ? mine : both;
      });
    }
    this.note({ mark: this.mark || (this.noted.mark ?? ''), written: theirs?.written });
    this.tell(this.records ? 'recorded' : 'not recorded');
  }

  /** Two learners at one computer: the work of the one is put aside until they come again. */
  private changeLearner(from: string): void {
    const { memory, drawer, now } = this.around;
    const keyOf = (mark: string, name: string) => `of ${mark} ${memory.prefix}${name}`;
    const names = memory.names();
    try {
      for (const name of names) drawer?.setItem(keyOf(from, name), writeKept(memory.get(name)));
    } catch {
      throw new NotSetAside();
    }
    const cleared = now();
    for (const name of names) memory.change(name, () => ({ ...nothingKept, cleared }));
    const own = keyOf(this.mark, '');
    const keys = Array.from({ length: drawer?.length ?? 0 }, (_, k) => drawer?.key(k) ?? '');
    for (const key of keys.filter((each) => each.startsWith(own))) {
      const kept = readKept(quietly(() => drawer?.getItem(key)) ?? '');
      if (!kept) continue;
      memory.change(key.slice(own.length), (mine) => ({ ...kept, cleared: mine.cleared }));
      memory.store();
      quietly(() => drawer?.removeItem(key));
    }
    memory.store();
  }

  private tell(standpoint: Standpoint): void {
    if (standpoint === this.standpoint) return;
    this.standpoint = standpoint;
    this.around.say(standpoint);
  }

  private get blocks(): Map<string, Kept> {
    const { memory } = this.around;
    return new Map(memory.names().map((name) => [name, memory.get(name)]));
  }

  private work(most: number): string {
    const { contents, now } = this.around;
    return packed(now(), this.blocks, contents.items, most, [reading]);
  }

  /** The verdicts alone, to see whether one has come. */
  verdicts(): string {
    return this.work(Infinity).split('|')[2] ?? '';
  }

  /** Tells the host what is new to it, and has it store that. */
  report(): void {
    if (!this.records) return;
    const { host, around } = this;
    const { dialect } = host;
    const progress = progressOf(around.contents, (block) => around.memory.get(block));
    for (const [field, value] of dialect.points(progress.right, progress.of))
      host.set(`${dialect.score}.${field}`, value);
    this.reportStatus(progress);
    if (this.hasObjectives) this.reportObjectives(progress);
    const { at } = around.memory.get(reading).texts;
    if (at !== undefined && at.length <= 255) host.set(dialect.location, at);
    this.reportWork();
    host.set(dialect.time, dialect.duration(Math.max(0, around.now() - this.start) / 1000));
    // The next visit goes on from here.
    host.set(dialect.exit, 'suspend');
    this.tell(host.commit() ? 'recorded' : 'refused');
  }

  /** A status never goes back. */
  private reportStatus(progress: Progress): void {
    const { host } = this;
    for (const [element, value] of host.dialect.status(progress)) {
      const values = host.dialect.statuses[element];
      if (!values || values.indexOf(value) >= values.indexOf(host.get(element))) host.set(element, value);
    }
  }

  private reportObjectives({ objectives }: Progress): void {
    const { host } = this;
    const count = Number.parseInt(host.get('cmi.objectives._count'), 10);
    // Objectives are optional in SCORM 1.2.
    if (Number.isNaN(count)) {
      this.hasObjectives = false;
      return;
    }
    const ids = Array.from({ length: count }, (_, k) => host.get(`cmi.objectives.${k}.id`));
    for (const [k, objective] of objectives.entries()) {
      const id = `objective-${k + 1}`;
      let at = ids.indexOf(id);
      if (at < 0) {
        at = ids.length;
        if (!host.set(`cmi.objectives.${at}.id`, id)) {
          this.hasObjectives = false;
          return;
        }
        ids.push(id);
      }
      for (const [field, value] of host.dialect.points(objective.right, objective.of))
        host.set(`cmi.objectives.${at}.score.${field}`, value);
      for (const [field, value] of host.dialect.objective(objective))
        host.set(`cmi.objectives.${at}.${field}`, value);
    }
  }

  private reportWork(): void {
    const { host } = this;
    const body = (text: string) => text.split('|').slice(2).join('|');
    // Once more where the host shows that it has less room than its standard asks for.
    for (let tries = 0; tries < 3; ++tries) {
      const text = this.work(this.most);
      if (body(text) === this.sentWork) return;
      if (!host.set('cmi.suspend_data', text)) {
        if (this.most <= dialects['1.2'].most) return;
        this.most = dialects['1.2'].most;
        continue;
      }
      const stored = host.get('cmi.suspend_data');
      if (stored !== '' && stored.length < text.length && text.startsWith(stored)) {
        this.most = stored.length;
        continue;
      }
      this.sentWork = body(text);
      const [, when = ''] = text.split('|');
      this.note({ mark: this.mark, written: Number.parseInt(when, 36) });
      return;
    }
  }

  /** The page is left: for another page of the lesson, or for good. */
  leave(isForGood: boolean): void {
    this.report();
    if (!isForGood) return;
    this.host.finish();
    this.records = false;
  }
}

/** After a change it waits so long, in milliseconds, for more of them; texts without a verdict wait longer. */
const rest = 1000;
const longRest = 30_000;
const tries = 10;

/** Whether the page is being left by a step of its own, to another page or by loading it again, and not by its host. */
function ownSteps(): () => boolean {
  let isStep = false;
  let forgetting: ReturnType<typeof setTimeout> | undefined;
  const step = () => {
    isStep = true;
    clearTimeout(forgetting);
    forgetting = setTimeout(() => (isStep = false), 10_000);
  };
  if ('navigation' in window) {
    window.navigation.addEventListener('navigate', ({ destination, downloadRequest }) => {
      if (!destination.sameDocument && downloadRequest === null) step();
    });
  } else {
    document.addEventListener('click', ({ target }) => {
      const link = (target as Element).closest('a');
      if (link && link.target === '' && !link.download) step();
    });
  }
  return () => isStep;
}

const sentences: Readonly<Record<Standpoint, string>> = {
  recorded:
    'It stays in this browser. The course in which this page was opened gets your score and, as far as it has room, what you typed; nobody else does.',
  refused:
    'It stays in this browser. The course in which this page was opened does not take your score at the moment; it will get it when it does.',
  'not recorded': 'It stays in this browser. The course in which this page was opened records nothing of it.',
};

/** From now on the host hears of what is done here. */
export async function follow(found: readonly Found[], memory: Memory): Promise<void> {
  const response = await fetch('./course.json');
  if (!response.ok) return;
  const contents = (await response.json()) as Contents;
  const around: Surroundings = {
    memory,
    contents,
    drawer: quietly(() => localStorage),
    session: quietly(() => sessionStorage),
    now: () => Date.now(),
    say: (standpoint) => document.querySelector('.your-work > p')?.replaceChildren(sentences[standpoint]),
  };
  const isOwnStep = ownSteps();
  let course: Course | undefined;
  let left = tries;
  const open = () => {
    course = Course.open(found, around);
    if (course) send();
    else if (--left > 0) setTimeout(open, rest);
  };

  let verdicts = '';
  let sent = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const send = () => {
    clearTimeout(waiting);
    waiting = undefined;
    verdicts = course?.verdicts() ?? '';
    sent = Date.now();
    course?.report();
  };
  const look = () => {
    waiting = undefined;
    const pause = sent + longRest - Date.now();
    if (pause <= 0 || course?.verdicts() !== verdicts) send();
    else waiting = setTimeout(look, pause);
  };
  memory.onChange(() => {
    if (!course) return;
    clearTimeout(waiting);
    waiting = setTimeout(look, rest);
  });
  document.addEventListener('visibilitychange', () => document.hidden && send());
  addEventListener('pagehide', () => {
    clearTimeout(waiting);
    course?.leave(!isOwnStep());
  });
  // It comes back as it was left; the host may have heard of another page since.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) open();
  });
  open();
}
