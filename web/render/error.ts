// A mistake in the lesson, with the place an author has to go to.

export interface Place {
  file: string;
  line: number;
}

export class LessonError extends Error {
  readonly place: Place;
  constructor(place: Place, message: string) {
    super(`${place.file}:${place.line}: ${message}`);
    this.name = 'LessonError';
    this.place = place;
  }
}
