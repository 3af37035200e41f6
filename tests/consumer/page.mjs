// What a page does with the package: shows one line, or prints it where there is no page.
import { backwardTrain, forwardTrain } from 'batchnorm-lesson/core';

const layer = { x: [2, 4, 6, 8], gamma: [2], eps: 0 };
const { batch_mean, batch_var } = forwardTrain(layer);
const { dx } = backwardTrain({ ...layer, dy: [1, 0, 0, 0] });
const shown = Array.from(dx, (value) => value.toFixed(4)).join(' ');
const line = `mean ${batch_mean[0]}, variance ${batch_var[0]}, dx ${shown}`;

if (typeof document === 'undefined') console.log(line);
else document.body.textContent = line;
