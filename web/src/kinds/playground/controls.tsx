/** @jsxImportSource preact */
// The settings of a playground as native controls. They are drawn again when a setting changes, not with every step of the training.

import { Component } from 'preact';
import { refusal, type Setting, settings, type State } from './settings.ts';

interface Props {
  /** of the ids */
  id: string;
  /** in a state */
  names: readonly string[];
  state: State;
  /** of numbers that another setting bounds */
  most?: Readonly<Record<string, number>>;
  onChange: (name: string, value: string) => void;
}

/** What was typed and cannot be used, by the setting's name, with why. */
type Refused = Readonly<Record<string, { text: string; reason: string }>>;

export class Controls extends Component<Props, { refused: Refused }> {
  override state = { refused: {} as Refused };

  override shouldComponentUpdate(next: Props, { refused }: { refused: Refused }): boolean {
    return next.state !== this.props.state || refused !== this.state.refused;
  }

  private type(name: string, setting: Setting, text: string): void {
    const reason = refusal(setting, text);
    const { [name]: _, ...others } = this.state.refused;
    this.setState({ refused: reason === undefined ? others : { ...others, [name]: { text, reason } } });
    if (reason === undefined) this.props.onChange(name, text);
  }

  override render() {
    const { id, names, state, most = {}, onChange } = this.props;
    const { refused } = this.state;
    return (
      <div class="playground-settings">
        {names.map((name) => {
          const known = settings[name] as Setting;
          const limit = most[name];
          const setting = known.kind === 'number' && limit !== undefined ? { ...known, most: limit } : known;
          const inputId = `${id}-${name.replace('.', '-')}`;
          const wrong = refused[name];
          return (
            <div class="playground-setting" key={name}>
              <label for={inputId}>{setting.label}</label>
              {setting.kind === 'choice' ? (
                <select
                  id={inputId}
                  value={state[name]}
                  onInput={({ currentTarget }) => onChange(name, currentTarget.value)}
                >
                  {Object.entries(setting.options).map(([value, words]) => (
                    <option key={value} value={value}>
                      {words}
                    </option>
                  ))}
                </select>
              ) : (
                <input
                  id={inputId}
                  type="text"
                  inputMode="decimal"
                  autocomplete="off"
                  value={wrong?.text ?? state[name]}
                  placeholder={setting.isOptional ? 'the same' : undefined}
                  aria-invalid={wrong ? true : undefined}
                  aria-describedby={wrong ? `${inputId}-why` : undefined}
                  onChange={({ currentTarget }) => this.type(name, setting, currentTarget.value.trim())}
                />
              )}
              {wrong && (
                <p class="sheet-message" id={`${inputId}-why`} role="alert">
                  {wrong.reason}. It stays at {state[name] || 'the same'}.
                </p>
              )}
            </div>
          );
        })}
      </div>
    );
  }
}
