// How values cross into a module of the C++ side and back. cpp/bindings/message.h has the form of a message, and
// cpp/bindings/module.cpp what is called here. Plain JavaScript, as tools that run without a build need it too.

/**
 * @typedef {object} BuiltModule what each module exports
 * @property {(bytes: number) => number} room
 * @property {(bytes: number) => number} list
 * @property {(place: number) => number} call
 * @property {() => void} done
 * @property {() => number} names
 * @property {(bytes: number) => number} take
 * @property {(address: number) => void} free
 */
/** @typedef {{ ok: true, value: unknown } | Failure} Outcome */
/** @typedef {{ begin: number, end: number }} Range */
/**
 * @typedef {object} Failure
 * @property {false} ok
 * @property {'unreadable' | 'invalid_argument' | 'internal'} code
 * @property {string} message
 * @property {Range} [range]
 */
/** @typedef {Float64Array | Float32Array} TypedList */

const tag = {
  undefined: 0,
  null: 1,
  no: 2,
  yes: 3,
  number: 4,
  text: 5,
  array: 6,
  object: 7,
  other: 8,
  list: 9,
};
const origin = { array: 0, typed: 1, tensor: 2, place: 3 };
const listTypes = [Float64Array, Float32Array, Int32Array];

/** No arguments lie deeper. */
const deepest = 8;
/**
 * An argument of a call, or of an object in one of its arrays: there any array of numbers is a list; a quantity's list is
 * a Float64Array.
 * @param {number} depth
 */
const isArgument = (depth) => depth === 1 || depth === 3;
/** A longer list, in bytes, lies outside the message, which need not move then. */
const longestInside = 32768;
/** So short a list or text is copied faster one by one. */
const short = 24;

/** What comes out for these goes into what the caller gives for them. */
const outputs = new Set(['y', 'dx']);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @returns {never} */
function refuseRoom() {
  throw new RangeError('memory: expected room for the arguments and the result, got too little');
}

/** Where the memory of each tensor lies that is not disposed of. @type {WeakMap<object, { boundary: Boundary, address: number }>} */
const places = new WeakMap();

/** Numbers that live in a module, so that calls copy none of them. @template {TypedList} List */
export class Tensor {
  /** @type {new (buffer: ArrayBufferLike, address: number, length: number) => List} */
  #List;

  /** @param {Boundary} boundary @param {number} address @param {number} length @param {any} List */
  constructor(boundary, address, length, List) {
    this.#List = List;
    this.length = length;
    places.set(this, { boundary, address });
  }

  get isSingle() {
    return /** @type {unknown} */ (this.#List) === Float32Array;
  }

  /** The numbers, to read and to write, until memory grows: ask anew after each call. */
  get data() {
    const place = places.get(this);
    if (!place) throw new RangeError('data: expected a tensor that is not disposed of, got one that is');
    return new this.#List(place.boundary.memory.buffer, place.address, this.length);
  }

  /** Frees its memory; a second time does nothing. */
  dispose() {
    const place = places.get(this);
    if (!place) return;
    places.delete(this);
    place.boundary.exports.free(place.address);
  }
}
// `using` frees it too, where the language has it.
if (Symbol.dispose) {
  Object.defineProperty(Tensor.prototype, Symbol.dispose, {
    /** @this {Tensor<TypedList>} */
    value() {
      this.dispose();
    },
  });
}

/** The functions of a module. */
export class Boundary {
  #bytes = new Uint8Array();
  #words = new Int32Array();
  #numbers = new Float64Array();
  #room = 0;
  #end = 0;
  /** where the next item is written to, or read from */
  #at = 0;
  #isWriting = false;
  /** names that were read, by their size and first eight bytes @type {Map<number, string>} */
  #keys = new Map();
  /** @type {Map<string, number>} */
  #functions;

  /** @param {BuiltModule} module @param {WebAssembly.Memory} memory */
  constructor(module, memory) {
    this.exports = module;
    this.memory = memory;
    this.#at = module.names();
    this.#look();
    const names = /** @type {string[]} */ (this.#read());
    this.#functions = new Map(names.map((name, place) => [name, place]));
  }

  get names() {
    return [...this.#functions.keys()];
  }

  /** Calls a function with named arguments. @param {string} name @param {unknown} input @returns {Outcome} */
  ask(name, input) {
    const place = this.#functions.get(name);
    if (place === undefined) throw new RangeError(`${name}: expected a function of this module`);
    if (this.#isWriting) throw new RangeError(`${name}: expected arguments that call no function themselves`);
    const { call, done } = this.exports;
    try {
      this.#isWriting = true;
      this.#look();
      this.#at = this.#room;
      this.#put(input, '', 0);
      this.#isWriting = false;
      this.#at = call(place);
      if (this.#at === 0) refuseRoom();
      this.#look();
      return this.#read() === true
        ? { ok: true, value: this.#read(input) }
        : /** @type {Failure} */ (this.#read());
    } finally {
      this.#isWriting = false;
      done();
    }
  }

  /** @param {number} length @param {typeof Float64Array | typeof Float32Array} List */
  tensor(length, List) {
    const address = this.exports.take(Math.max(1, length) * List.BYTES_PER_ELEMENT);
    if (address === 0) refuseRoom();
    return new Tensor(this, address >>> 0, length, List);
  }

  /** The views of the memory, which are empty once it has grown. */
  #look() {
    const { buffer } = this.memory;
    if (this.#bytes.buffer === buffer) return;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#numbers = new Float64Array(buffer);
  }

  /** Makes sure that so many bytes can be written. @param {number} bytes */
  #need(bytes) {
    if (this.#at + bytes <= this.#end) return;
    const used = this.#at - this.#room;
    const size = Math.max(4096, 2 * (used + bytes));
    const room = this.exports.room(size) >>> 0;
    if (room === 0) refuseRoom();
    this.#room = room;
    this.#end = room + size;
    this.#at = room + used;
    this.#look();
  }

  /** @param {number} which @param {number} size */
  #putHead(which, size) {
    this.#need(16);
    this.#words[this.#at >> 2] = which;
    this.#words[(this.#at >> 2) + 1] = size;
    this.#at += 8;
  }

  /** @param {string} value @param {number} which */
  #putText(value, which = tag.text) {
    this.#need(8 + 3 * value.length + 8);
    const bytes = this.#bytes;
    const begin = this.#at + 8;
    let size = 0;
    if (value.length <= short) {
      for (; size < value.length; ++size) {
        const unit = value.charCodeAt(size);
        if (unit > 127) break;
        bytes[begin + size] = unit;
      }
    }
    if (size < value.length) {
      size = encoder.encodeInto(value, bytes.subarray(begin, begin + 3 * value.length)).written;
    }
    this.#putHead(which, size);
    this.#at += (size + 7) & ~7;
  }

  /** @param {unknown} value @param {string} name of an argument @param {number} depth */
  #put(value, name, depth) {
    switch (typeof value) {
      case 'number':
        this.#putHead(tag.number, 0);
        this.#numbers[this.#at >> 3] = value;
        this.#at += 8;
        return;
      case 'string':
        this.#putText(value);
        return;
      case 'boolean':
        this.#putHead(value ? tag.yes : tag.no, 0);
        return;
      case 'undefined':
        this.#putHead(tag.undefined, 0);
        return;
      case 'object':
        if (value === null) this.#putHead(tag.null, 0);
        else this.#putObject(value, name, depth);
        return;
      default:
        this.#putText(typeof value, tag.other);
    }
  }

  /** @param {object} value @param {string} name @param {number} depth */
  #putObject(value, name, depth) {
    if (value instanceof Float64Array || value instanceof Float32Array) {
      this.#putList(value, depth === 1 && outputs.has(name));
    } else if (value instanceof Tensor) {
      const place = places.get(value);
      if (place?.boundary !== this) {
        const got = place ? 'one of another' : 'one that is disposed of';
        throw new RangeError(`${name}: expected a tensor that lives in this module, got ${got}`);
      }
      this.#putAddress(origin.tensor, value.isSingle, value.length, place.address);
    } else if (Array.isArray(value) || (isArgument(depth) && ArrayBuffer.isView(value))) {
      const list = /** @type {ArrayLike<unknown>} */ (value);
      if (!isArgument(depth) || list.length === 0 || !this.#putNumbers(list)) this.#putItems(list, depth);
    } else if (depth > deepest || ArrayBuffer.isView(value)) {
      this.#putText('object', tag.other);
    } else {
      const keys = Object.keys(value);
      this.#putHead(tag.object, keys.length);
      for (const key of keys) {
        this.#putText(key);
        this.#put(/** @type {Record<string, unknown>} */ (value)[key], key, depth + 1);
      }
    }
  }

  /** @param {ArrayLike<unknown>} list @param {number} depth */
  #putItems(list, depth) {
    const length = list.length ?? 0;
    this.#putHead(tag.array, length);
    for (let k = 0; k < length; ++k) this.#put(list[k], '', depth + 1);
  }

  /** @param {number} from @param {boolean} isSingle @param {number} length @param {number} address */
  #putAddress(from, isSingle, length, address) {
    this.#putHead(tag.list + (isSingle ? 4 : 0) + from, length);
    this.#words[this.#at >> 2] = address;
    this.#words[(this.#at >> 2) + 1] = 0;
    this.#at += 8;
  }

  /** Where the numbers of a list are to be written. @param {number} from @param {boolean} isSingle @param {number} length */
  #putListHead(from, isSingle, length) {
    const bytes = length * (isSingle ? 4 : 8);
    if (bytes > longestInside) {
      const address = this.exports.list(bytes) >>> 0;
      if (address === 0) refuseRoom();
      this.#look();
      this.#putAddress(from, isSingle, length, address);
      return address;
    }
    this.#need(16 + bytes + 8);
    this.#putAddress(from, isSingle, length, 0);
    const begin = this.#at;
    this.#at += (bytes + 7) & ~7;
    return begin;
  }

  /** @param {TypedList} list @param {boolean} isOutput */
  #putList(list, isOutput) {
    const { length } = list;
    const isSingle = list instanceof Float32Array;
    if (list.buffer === this.memory.buffer) {
      // A view of a tensor: its numbers are used where they lie.
      this.#putAddress(origin.tensor, isSingle, length, list.byteOffset);
      return;
    }
    if (isOutput) {
      this.#putAddress(origin.place, isSingle, length, 0);
      return;
    }
    const begin = this.#putListHead(origin.typed, isSingle, length);
    if (!isSingle && length <= short) {
      for (let k = 0; k < length; ++k) this.#numbers[(begin >> 3) + k] = /** @type {number} */ (list[k]);
    } else {
      const List = isSingle ? Float32Array : Float64Array;
      new List(this.memory.buffer, begin, length).set(list);
    }
  }

  /** False where some of them are no numbers. @param {ArrayLike<unknown>} list */
  #putNumbers(list) {
    const { length } = list;
    if (!(length >= 0)) return false;
    for (let k = 0; k < length; ++k) if (typeof list[k] !== 'number') return false;
    const begin = this.#putListHead(origin.array, false, length) >> 3;
    for (let k = 0; k < length; ++k) this.#numbers[begin + k] = /** @type {number} */ (list[k]);
    return true;
  }

  /**
   * Reads an item. Of an object, lists go into what `given` has for them; a list itself goes into `goal`.
   * @param {unknown} [given]
   * @param {unknown} [goal]
   * @returns {unknown}
   */
  #read(given, goal) {
    const words = this.#words;
    const place = this.#at >> 2;
    const which = /** @type {number} */ (words[place]);
    const size = /** @type {number} */ (words[place + 1]);
    this.#at += 8;
    switch (which) {
      case tag.undefined:
        return undefined;
      case tag.null:
        return null;
      case tag.no:
        return false;
      case tag.yes:
        return true;
      case tag.number:
        this.#at += 8;
        return this.#numbers[(this.#at >> 3) - 1];
      case tag.text:
        return this.#readText(size);
      case tag.array: {
        const items = [];
        for (let k = 0; k < size; ++k) items.push(this.#read());
        return items;
      }
      case tag.object: {
        /** @type {Record<string, unknown>} */
        const object = {};
        for (let k = 0; k < size; ++k) {
          this.#at += 8;
          const key = this.#readKey(/** @type {number} */ (words[(this.#at >> 2) - 1]));
          const into =
            given && outputs.has(key) ? /** @type {Record<string, unknown>} */ (given)[key] : undefined;
          object[key] = this.#read(undefined, into);
        }
        return object;
      }
      default: {
        const address = /** @type {number} */ (words[place + 2]) >>> 0;
        this.#at += 8;
        return this.#readList((which - tag.list) >> 2, address, size, goal);
      }
    }
  }

  /**
   * A name of an object. Few are ever read, and to see that it is one of them takes less time than to make it.
   * @param {number} size
   */
  #readKey(size) {
    const words = this.#words;
    const place = this.#at >> 2;
    const mark = size + /** @type {number} */ (words[place]) + 31 * /** @type {number} */ (words[place + 1]);
    const known = this.#keys.get(mark);
    if (known !== undefined && this.#isAt(known, this.#at, size)) {
      this.#at += (size + 7) & ~7;
      return known;
    }
    const key = this.#readText(size);
    this.#keys.set(mark, key);
    return key;
  }

  /** @param {string} text @param {number} at @param {number} size */
  #isAt(text, at, size) {
    if (text.length !== size) return false;
    for (let k = 0; k < size; ++k) if (text.charCodeAt(k) !== this.#bytes[at + k]) return false;
    return true;
  }

  /** @param {number} size */
  #readText(size) {
    const begin = this.#at;
    this.#at += (size + 7) & ~7;
    const bytes = this.#bytes;
    let text = '';
    for (let k = begin; k < begin + size; ++k) {
      const unit = /** @type {number} */ (bytes[k]);
      if (unit > 127 || size > short) return decoder.decode(bytes.subarray(begin, begin + size));
      text += String.fromCharCode(unit);
    }
    return text;
  }

  /** @param {number} type @param {number} address @param {number} length @param {unknown} goal */
  #readList(type, address, length, goal) {
    if (goal instanceof Tensor) return goal;
    const List = /** @type {typeof Float64Array} */ (listTypes[type]);
    if (goal !== undefined) {
      const list = /** @type {Float64Array} */ (goal);
      if (list.byteOffset !== address || list.buffer !== this.memory.buffer)
        list.set(new List(this.memory.buffer, address, length));
      return list;
    }
    if (type === 0 && length <= short) {
      const list = new Float64Array(length);
      for (let k = 0; k < length; ++k) list[k] = /** @type {number} */ (this.#numbers[(address >> 3) + k]);
      return list;
    }
    return new List(this.memory.buffer, address, length).slice();
  }
}
