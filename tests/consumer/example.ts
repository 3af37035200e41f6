import { forwardTrain, type TrainingForward } from 'batchnorm-lesson/core';

const single: TrainingForward<Float32Array> = forwardTrain({ x: Float32Array.of(1, 2), gamma: [1], eps: 0 });
const double: Float64Array = forwardTrain({ x: [1, 2], gamma: [1], eps: 0 }).y;
// @ts-expect-error: eps has no default
forwardTrain({ x: [1, 2], gamma: [1] });
console.log(single.y, double);
