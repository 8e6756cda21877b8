/** The controls of a figure: sliders, choices, toggles, texts, drawings. Points are moved in their plot. */
import { useId } from 'preact/hooks'
import { minus } from '../../draw/ticks.ts'
import type { Control, Drawing, Slider, TextField } from '../../learn/figure.ts'
import { text } from '../../text.ts'
import { DrawingOver } from './drawing.tsx'

export interface ControlProps<C extends Control = Control> {
  readonly control: C
  readonly value: unknown
  change(value: unknown): void
}

export function ControlPart({ control, value, change }: ControlProps) {
  switch (control.kind) {
    case 'slider':
      return <SliderPart control={control} value={value as number} change={change} />
    case 'choice':
      return <ChoicePart label={control.label} options={control.options} value={value as string} change={change} />
    case 'toggle':
      return <TogglePart label={control.label} value={value === true} change={change} />
    case 'text':
      return <TextPart control={control} value={value as string} change={change} />
    case 'drawing':
      return <DrawingPart control={control} value={value} change={change} />
    case 'points':
      return <p class="hint">{text.figure.moveHint}</p>
  }
}

/** How a slider's value is written. */
export function sliderText({ format, step }: Slider, value: number): string {
  if (format !== undefined) return format(value)
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(step) - 1e-9)))
  return minus(Number(value.toFixed(digits)))
}

function SliderPart({ control, value, change }: ControlProps<Slider>) {
  const id = useId()
  const { label, min, max, step } = control
  const shown = sliderText(control, value as number)
  return (
    <div class="control slider">
      <label for={id}>{label}</label>
      <output for={id}>{shown}</output>
      <input
        id={id}
        type="range"
        min={min}
        max={max}
        step={step}
        value={value as number}
        aria-valuetext={shown}
        onInput={(event) => change(event.currentTarget.valueAsNumber)}
      />
    </div>
  )
}

export interface ChoiceProps {
  readonly label: string
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly value: string
  readonly disabled?: boolean
  change(value: string): void
}

/** Few options side by side, many in a list. */
export function ChoicePart({ label, options, value, disabled = false, change }: ChoiceProps) {
  const id = useId()
  const letters = options.reduce((sum, each) => sum + each.label.length + 3, 0)
  if (options.length > 4 || letters > 44) {
    return (
      <div class="control choice">
        <label for={id}>{label}</label>
        <select id={id} value={value} disabled={disabled} onChange={(event) => change(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </div>
    )
  }
  return (
    <fieldset class="control choice" disabled={disabled}>
      <legend>{label}</legend>
      <div class="segments">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={id}
              value={option.value}
              checked={option.value === value}
              onChange={() => change(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

export interface ToggleProps {
  readonly label: string
  readonly value: boolean
  readonly disabled?: boolean
  change(value: boolean): void
}

export function TogglePart({ label, value, disabled = false, change }: ToggleProps) {
  return (
    <label class="control toggle">
      <input
        type="checkbox"
        checked={value}
        disabled={disabled}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  )
}

function TextPart({ control: { label, maxLength }, value, change }: ControlProps<TextField>) {
  const id = useId()
  return (
    <div class="control text">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        maxLength={maxLength}
        value={value as string}
        spellcheck={false}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </div>
  )
}

/** A drawing that stands by itself: no picture of the figure lies below it. */
function DrawingPart({ control, value, change }: ControlProps<Drawing>) {
  const cell = Math.max(4, Math.min(16, Math.floor(224 / Math.max(control.width, control.height))))
  const [width, height] = [control.width * cell, control.height * cell]
  return (
    <div class="control canvas-control">
      <span class="label">{control.label}</span>
      <div class="paper" style={{ width: `${width}px`, height: `${height}px` }}>
        <DrawingOver
          control={control}
          cells={value as readonly number[]}
          change={change}
          box={{ left: 0, top: 0, width, height }}
          shown
        />
      </div>
    </div>
  )
}
