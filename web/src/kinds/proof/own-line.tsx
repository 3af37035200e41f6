/** @jsxImportSource preact */
// The box for the learner's own lines, and the message where one is refused.

import type { RefObject } from 'preact';
import type { Core, LineJudgement } from '../../core/core.ts';
import { keepLinesApart } from '../../core/typed-text.ts';
import { Counterexample } from '../../drawing/counterexample.tsx';
import { Equation, heads } from './line.tsx';
import type { ProofData } from './model.ts';

interface Props {
  /** of the input */
  id: string;
  input: RefObject<HTMLInputElement | null>;
  core: Core | undefined;
  data: ProofData;
  text: string;
  refused: LineJudgement | undefined;
  onType: (text: string) => void;
  onAdd: () => void;
}

export function OwnLine({ id, input, core, data, text, refused, onType, onAdd }: Props) {
  return (
    <form
      class="own-line"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onAdd();
      }}
    >
      <label for={id}>Or your own next line: left = right</label>
      <div class="answer-row">
        <input
          id={id}
          ref={input}
          type="text"
          autocomplete="off"
          spellcheck={false}
          autocapitalize="off"
          value={text}
          aria-describedby={`${id}-read`}
          aria-invalid={refused?.verdict === 'unreadable' ? 'true' : undefined}
          onInput={({ currentTarget }) => onType(currentTarget.value)}
          onPaste={keepLinesApart}
        />
        <button type="submit">Add my line</button>
        <details class="rule">
          <summary aria-label="What can I type?">?</summary>
          <p>{`It may use ${data.names.join(', ')}, and one of its sides must stand in a line above.`}</p>
        </details>
      </div>
      <p class="read-as" id={`${id}-read`}>
        {core && text !== '' && <Equation core={core} data={data} text={text} lead="read as " />}
      </p>
      <div class="evidence">
        {refused?.counterexample && <Counterexample example={refused.counterexample} heads={heads} />}
      </div>
    </form>
  );
}
