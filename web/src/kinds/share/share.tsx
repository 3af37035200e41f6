/** @jsxImportSource preact */
// A link to one item or figure for a class: with other numbers, alone on the page, without its answers or controls.

import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../core/items.ts';
import type { Entry } from '../../memory/link.ts';
import { copied } from '../clipboard.ts';
import { givensText, type SheetData } from '../givens.tsx';
import { hideable, type Item, type Scene } from '../item.tsx';

/** What a link can be about. */
export interface Shareable {
  name: string;
  title: string;
  /** its page's file and name */
  file: string;
  page: string;
  isFigure: boolean;
  /** where its numbers can be drawn */
  drawing?: { problem: Problem; sheet: SheetData };
}

export interface ShareData {
  blocks: readonly Shareable[];
}

const isVariant = (text: string) => /^\d{1,6}$/.test(text);

function Share({ id, data, core, surroundings }: Scene<ShareData>) {
  const { blocks } = data;
  const [name, setName] = useState(blocks[0]?.name ?? '');
  const [variant, setVariant] = useState('0');
  const [hidden, setHidden] = useState<readonly string[]>(['answers']);
  const [isAlone, setAlone] = useState(true);
  const [link, setLink] = useState('');
  const [said, setSaid] = useState('');
  const block = blocks.find((each) => each.name === name);
  const pages = [...new Set(blocks.map(({ page }) => page))];

  useEffect(() => {
    setLink('');
    setSaid('');
    if (!block || !core) return undefined;
    if (block.drawing && !isVariant(variant)) {
      setSaid('The variant is a whole number from 0 to 999999.');
      return undefined;
    }
    let isOld = false;
    const made = async (): Promise<string> => {
      const entries: Entry[] = [];
      const say = (field: string, text: string | undefined) => {
        if (text !== undefined && text !== '') entries.push({ subject: name, name: field, text });
      };
      if (block.isFigure) say('hide', hidden.includes('answers') ? 'all' : '');
      else say('hide', hideable.filter((each) => hidden.includes(each)).join(','));
      const { drawing } = block;
      if (drawing && Number(variant) > 0) {
        say('seed', variant);
        say('givens', givensText(drawing.sheet, await surroundings.draw(drawing.problem, Number(variant))));
      }
      return surroundings.linkTo({ file: block.file, entries, at: name, isAlone });
    };
    made().then(
      (address) => !isOld && setLink(address),
      (error: Error) => !isOld && setSaid(`There is no such link: ${error.message}.`),
    );
    return () => (isOld = true);
  }, [core, name, variant, hidden.join(), isAlone]);

  const copy = async () =>
    setSaid(
      (await copied(link))
        ? 'The link is in the clipboard.'
        : 'The browser does not let the page copy. Copy the address of the link by hand.',
    );
  const tick = (label: string, isOn: boolean, onTick: (isOn: boolean) => void) => (
    <label>
      <input type="checkbox" checked={isOn} onInput={({ currentTarget }) => onTick(currentTarget.checked)} />{' '}
      {label}
    </label>
  );
  const hide = (what: string) => (isOn: boolean) =>
    setHidden((now) => (isOn ? [...now, what] : now.filter((each) => each !== what)));
  return (
    <div class="share live-only">
      <div class="fields">
        <label for={`${id}-block`}>Link to</label>
        <select id={`${id}-block`} value={name} onInput={({ currentTarget }) => setName(currentTarget.value)}>
          {pages.map((page) => (
            <optgroup label={page} key={page}>
              {blocks
                .filter((each) => each.page === page)
                .map((each) => (
                  <option value={each.name} key={each.name}>
                    {each.title}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        {block?.drawing && (
          <>
            <label for={`${id}-variant`}>Variant (0: the numbers of the lesson)</label>
            <input
              id={`${id}-variant`}
              type="text"
              inputMode="numeric"
              autocomplete="off"
              value={variant}
              onInput={({ currentTarget }) => setVariant(currentTarget.value)}
            />
          </>
        )}
      </div>
      <div class="fields">
        {tick('nothing else on the page', isAlone, setAlone)}
        {block?.isFigure
          ? tick('without controls', hidden.includes('answers'), hide('answers'))
          : [
              <span key="answers">
                {tick('without answers', hidden.includes('answers'), hide('answers'))}
              </span>,
              <span key="hints">{tick('without hints', hidden.includes('hints'), hide('hints'))}</span>,
            ]}
      </div>
      <div class="actions">
        <button
          type="button"
          class="main"
          aria-disabled={link === ''}
          onClick={() => link !== '' && void copy()}
        >
          Copy the link
        </button>
        {link !== '' && (
          <a href={link} target="_blank" rel="noopener">
            Open it
          </a>
        )}
      </div>
      <p role="status">{said}</p>
    </div>
  );
}

export const item: Item<ShareData> = { View: Share, accepts: () => false };
