import { forwardTrain, tensor, type Tensor, type TrainingForward } from 'batchnorm-lesson/core';

const single: TrainingForward<Float32Array> = forwardTrain({ x: Float32Array.of(1, 2), gamma: [1], eps: 0 });
const double: Float64Array = forwardTrain({ x: [1, 2], gamma: [1], eps: 0 }).y;
const place = new Float32Array(2);
const same: Float32Array = forwardTrain({ x: place, y: place, gamma: [1], eps: 0 }).y;
const inCore: Tensor<Float32Array> = tensor(place);
const kept: Tensor<Float32Array> = forwardTrain({ x: inCore, y: inCore, gamma: [1], eps: 0 }).y;
const fresh: Float32Array = forwardTrain({ x: inCore, gamma: [1], eps: 0 }).y;
inCore[Symbol.dispose]();
// @ts-expect-error: y is of another type than x
forwardTrain({ x: place, y: new Float64Array(2), gamma: [1], eps: 0 });
// @ts-expect-error: eps has no default
forwardTrain({ x: [1, 2], gamma: [1] });
console.log(single.y, double, same, kept, fresh);
