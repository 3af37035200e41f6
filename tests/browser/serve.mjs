// The built site under a subfolder, as any static host might have it: prints its address. Absolute paths show at once,
// and nothing is left in a browser's cache for the next test.

import { serveSite } from '../../web/serve.mjs';

const { address } = await serveSite({ folder: '/some/folder/', mayKeep: false });
console.log(`Serving ${address}`);
