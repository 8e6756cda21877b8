/** What is compared: samplers, steps, strengths, seed, class. */
import { ChoicePart, TogglePart } from '../../parts/controls/control.tsx'
import { words } from '../../words/draw.ts'
import { ListField, NumberField, TextField } from '../../parts/fields.tsx'
import { type DrawSettings, type Known, parseGuidance, parseSteps } from './settings.ts'

/** Samplers with a box of their own; all others are in a list. */
const boxes = 8

export interface ChooseProps {
  readonly settings: DrawSettings
  readonly known: Known
  change(settings: DrawSettings): void
}

export function Choose({ settings, known, change }: ChooseProps) {
  const set = (changed: Partial<DrawSettings>): void => change({ ...settings, ...changed })
  const shown = [...new Set([...known.samplers.slice(0, boxes), ...settings.samplers])]
  const more = known.samplers.filter((name) => !shown.includes(name))
  const toggle = (name: string, on: boolean): void => {
    const next = on ? [...settings.samplers, name] : settings.samplers.filter((each) => each !== name)
    if (next.length > 0) set({ samplers: next })
  }
  return (
    <section class="panel" aria-label={words.choose}>
      {known.samplers.length > 1 && (
        <fieldset class="control boxes">
          <legend>{words.samplers}</legend>
          {shown.map((name) => (
            <TogglePart
              key={name}
              label={name}
              value={settings.samplers.includes(name)}
              change={(on) => toggle(name, on)}
            />
          ))}
        </fieldset>
      )}
      <div class="controls">
        {more.length > 0 && (
          <ChoicePart
            label={words.more}
            options={[{ value: '', label: '…' }, ...more.map((name) => ({ value: name, label: name }))]}
            value=""
            change={(name) => name !== '' && toggle(name, true)}
          />
        )}
        {known.stepped !== false && (
          <ListField
            label={words.steps}
            values={settings.steps}
            parse={parseSteps}
            change={(steps) => set({ steps })}
          />
        )}
        {known.guidable ? (
          <ListField
            label={words.guidance}
            values={settings.guidance}
            parse={parseGuidance}
            change={(guidance) => set({ guidance })}
          />
        ) : (
          known.stepped !== false && <p class="hint">{words.noGuidance}</p>
        )}
        <NumberField label={words.seed} value={settings.seed} min={0} change={(seed) => set({ seed })} />
        <NumberField
          label={words.count}
          value={settings.count}
          min={1}
          max={known.most}
          change={(count) => set({ count })}
        />
        {known.words && (
          <TextField
            label={words.prompt}
            value={settings.prompt ?? ''}
            change={(prompt) => set({ prompt: prompt === '' ? undefined : prompt })}
          />
        )}
        {known.classNames.length > 0 && (
          <ChoicePart
            label={words.class}
            options={[
              { value: '', label: words.inTurn },
              ...known.classNames.map((name) => ({ value: name, label: name })),
            ]}
            value={settings.class ?? ''}
            change={(name) => set({ class: name === '' ? undefined : name })}
          />
        )}
      </div>
    </section>
  )
}
