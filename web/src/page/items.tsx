/** @jsxImportSource preact */
// Brings the items of the page to life: the same views that drew them at build time, over the states in memory.

import { Component, hydrate } from 'preact';
import type { Core } from '../core/core.ts';
import { type Around, hideable, type Item, type Scene, SlotContext, type Slots } from '../kinds/item.tsx';
import { items } from '../kinds/load.ts';
import { type Kept, nothingKept } from '../memory/kept.ts';
import type { Started } from './blocks.ts';
import { coreIfRunning, coreWhenRunning } from './core.ts';
import { memory } from './our-memory.ts';
import { focusableWhereTheyScroll } from './scrollers.ts';

/**
 * Takes the content of the slots out of the page, so that the markup equals what the view renders; nested blocks stay in
 * one piece.
 */
function takeSlots(root: HTMLElement): Slots {
  const slots = new Map<string, Node[]>();
  const places = [...root.querySelectorAll<HTMLElement>('[data-slot]')].filter(
    (place) => place.parentElement?.closest('[data-slot], [data-kind]') === root,
  );
  for (const place of places) {
    slots.set(place.dataset.slot ?? '', [...place.childNodes]);
    place.replaceChildren();
  }
  return slots;
}

interface Props {
  root: HTMLElement;
  item: Item;
  name: string;
  data: never;
  slots: Slots;
  surroundings: Around;
}

/** The first drawing is that of the page as it came; what is kept and the core's numbers come with the second. */
class Live extends Component<Props, { kept: Kept; core: Core | undefined; turn: number }> {
  override state = { kept: nothingKept, core: undefined as Core | undefined, turn: 0 };

  override componentDidMount(): void {
    const { name, data } = this.props;
    const item = this.props.item as unknown as Item<unknown>;
    const take = () =>
      this.setState(({ turn }) => ({ kept: memory.get(name), core: coreIfRunning(), turn: turn + 1 }));
    memory.onChange(
      (changed, changes) => (changed === name || item.sumsUp?.(data, changed, changes)) && take(),
    );
    take();
    if (!coreIfRunning()) void coreWhenRunning().then(take);
  }

  override componentDidUpdate(): void {
    // What a link hides: the item's views need not know.
    const { hide } = this.state.kept.texts;
    if (hide === undefined) delete this.props.root.dataset.hide;
    else this.props.root.dataset.hide = hide.replaceAll(',', ' ');
    // A formula of the learner's own may be wider than its place.
    focusableWhereTheyScroll(this.props.root);
  }

  override render() {
    const { root, item, name, data, slots, surroundings } = this.props;
    const { View } = item as unknown as Item<unknown>;
    const { kept, core } = this.state;
    const scene: Scene = {
      id: root.id,
      name,
      data,
      kept,
      change: (edit) => memory.change(name, edit),
      core,
      surroundings,
    };
    return (
      <SlotContext.Provider value={slots}>
        <View {...scene} />
      </SlotContext.Provider>
    );
  }
}

/** What was typed, chosen and sent before the item started; calling the result does it again. */
function earlyInput(root: HTMLElement): () => void {
  const ticks = (input: HTMLInputElement) => input.type === 'radio' || input.type === 'checkbox';
  const inputs = [...root.querySelectorAll('input')]
    .filter((input) =>
      ticks(input) ? input.checked !== input.defaultChecked : input.value !== input.defaultValue,
    )
    .map((input) => ({ input, value: input.value, checked: input.checked }));
  const selects = [...root.querySelectorAll('select')]
    .filter(({ options, selectedIndex }) => {
      const asCame = [...options].findIndex(({ defaultSelected }) => defaultSelected);
      return selectedIndex !== Math.max(asCame, 0);
    })
    .map((select) => ({ select, value: select.value }));
  const sent = [...root.querySelectorAll<HTMLFormElement>('form[data-submitted]')];
  return () => {
    for (const { input, value, checked } of inputs) {
      if (ticks(input)) input.checked = checked;
      else input.value = value;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    }
    for (const { select, value } of selects) {
      select.value = value;
      select.dispatchEvent(new Event('input', { bubbles: true }));
    }
    for (const form of sent) {
      delete form.dataset.submitted;
      // The item is drawn with what was typed first.
      requestAnimationFrame(() => form.requestSubmit());
    }
  };
}

const isHiding = (text: string) => text.split(',').every((each) => hideable.some((name) => name === each));

export async function startItem(root: HTMLElement, surroundings: Around): Promise<Started> {
  const { item } = await (items[root.dataset.kind ?? ''] as NonNullable<(typeof items)[string]>)();
  const data = JSON.parse(root.dataset.data ?? 'null') as never;
  const name = root.dataset.name ?? root.id;
  const focused = root.contains(document.activeElement) ? (document.activeElement as HTMLElement) : undefined;
  const early = earlyInput(root);
  const slots = takeSlots(root);
  hydrate(
    <Live root={root} item={item} name={name} data={data} slots={slots} surroundings={surroundings} />,
    root,
  );
  root.dataset.started = '';
  early();
  // Text that was taken out for a moment has lost the focus that stood in it.
  if (focused && document.activeElement !== focused) focused.focus({ preventScroll: true });
  return {
    accepts: (field, text, core) =>
      field === 'hide' ? isHiding(text) : item.accepts(data, field, text, core),
  };
}
