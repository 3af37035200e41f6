// ONNX models as bytes: as much of the protobuf format of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto as
// models of a few operators need. The numbers are those of the fields in that file.

const utf8 = new TextEncoder();

/** @param {number} value @returns {number[]} */
const varint = (value) => (value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]);
const integer = (/** @type {number} */ field, /** @type {number} */ value) => [
  ...varint(field * 8),
  ...varint(value),
];
/** A text, an embedded message or raw bytes. @param {number} field @param {string | Iterable<number>} content */
const bytes = (field, content) => {
  const list = typeof content === 'string' ? [...utf8.encode(content)] : [...content];
  return [...varint(field * 8 + 2), ...varint(list.length), ...list];
};
const float32 = (/** @type {ArrayLike<number>} */ values) => new Uint8Array(Float32Array.from(values).buffer);

const floatType = 1;

/** Attributes of a node. @param {string} name @param {number} value */
export const integerAttribute = (name, value) =>
  bytes(5, [...bytes(1, name), ...integer(3, value), ...integer(20, 2)]);
/** @param {string} name @param {number} value */
export const floatAttribute = (name, value) =>
  bytes(5, [...bytes(1, name), ...varint(2 * 8 + 5), ...float32([value]), ...integer(20, 1)]);

/** @param {string} operator @param {string[]} inputs @param {string[]} outputs @param {number[][]} attributes */
export const node = (operator, inputs, outputs, attributes) =>
  bytes(1, [
    ...inputs.flatMap((name) => bytes(1, name)),
    ...outputs.flatMap((name) => bytes(2, name)),
    ...bytes(4, operator),
    ...attributes.flat(),
  ]);

/** A constant of the model, f32. @param {string} name @param {ArrayLike<number>} values */
export const vector = (name, values) =>
  bytes(5, [
    ...integer(1, values.length),
    ...integer(2, floatType),
    ...bytes(8, name),
    ...bytes(9, float32(values)),
  ]);

/** @param {number} field @param {string} name @param {readonly number[]} shape */
const tensor = (field, name, shape) => {
  const dims = shape.flatMap((length) => bytes(1, integer(1, length)));
  const type = bytes(1, [...integer(1, floatType), ...bytes(2, dims)]);
  return bytes(field, [...bytes(1, name), ...bytes(2, type)]);
};
/** @param {string} name @param {readonly number[]} shape */
export const input = (name, shape) => tensor(11, name, shape);
/** @param {string} name @param {readonly number[]} shape */
export const output = (name, shape) => tensor(12, name, shape);

/** @param {number[][]} parts nodes, constants, inputs and outputs */
export function model(parts) {
  const [irVersion, operatorSet] = [8, 15];
  const graph = bytes(7, [...bytes(2, 'graph'), ...parts.flat()]);
  return Uint8Array.from([
    ...integer(1, irVersion),
    ...bytes(8, [...bytes(1, ''), ...integer(2, operatorSet)]),
    ...graph,
  ]);
}
