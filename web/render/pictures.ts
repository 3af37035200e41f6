// The pictures that blocks of the lesson have made while the pages were rendered, by the names of their files.

export const pictures: Record<string, Buffer> = {};
