// The pages of the site, in the order of its bar, and those aside. A page is a folder of Markdown in web/lesson and a line here.

export interface Page {
  /** in web/lesson */
  folder: string;
  /** the file on the host */
  file: string;
  /** in the bar */
  name: string;
  /** what follows the name unseen, where that alone says nothing in a list of links */
  unseen?: string;
  /** its problems are folded, and one is open at a time */
  folded?: true;
  /** not in the bar, which is for learners */
  isAside?: true;
}

export const pages: readonly Page[] = [
  { folder: 'learn', file: 'index.html', name: 'Learn' },
  { folder: 'practice', file: 'practice.html', name: 'Practice' },
  { folder: 'quiz', file: 'quiz.html', name: 'Quiz' },
  { folder: 'workshop', file: 'workshop.html', name: 'Workshop', folded: true },
  { folder: 'write', file: 'write.html', name: 'Code' },
  { folder: 'laboratory', file: 'laboratory.html', name: 'Lab' },
  { folder: 'more', file: 'more.html', name: 'More', unseen: ' about batch normalization' },
  { folder: 'teach', file: 'teach.html', name: 'Teach', isAside: true },
];

export const inBar: readonly Page[] = pages.filter(({ isAside }) => isAside !== true);
