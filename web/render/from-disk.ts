// A page that is opened from disk keeps its style: browsers ask for a stylesheet as from another origin where it says so,
// and files have none. Its modules do not start there; it reads as without scripts.

import type { Plugin } from 'vite';

export const fromDiskPlugin: Plugin = {
  name: 'lesson-from-disk',
  transformIndexHtml: {
    order: 'post',
    handler: (html) => html.replaceAll('<link rel="stylesheet" crossorigin', '<link rel="stylesheet"'),
  },
};
