/** Fields of a form that take effect when they make sense. */
import { useEffect, useId, useState } from 'preact/hooks'

export interface NumberFieldProps {
  readonly label: string
  readonly value: number
  readonly min: number
  readonly max?: number
  /** `any`: not only whole numbers. */
  readonly step?: number | 'any'
  change(value: number): void
}

/** A whole number, one in steps, or any. */
export function NumberField({ label, value, min, max = 2 ** 31 - 1, step = 1, change }: NumberFieldProps) {
  const id = useId()
  return (
    <div class="control">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={min}
        max={max}
        step={step}
        value={value}
        onChange={(event) => {
          const next = event.currentTarget.valueAsNumber
          if (Number.isFinite(next) && next >= min && next <= max) change(step === 1 ? Math.round(next) : next)
          else event.currentTarget.value = String(value)
        }}
      />
    </div>
  )
}

export interface ListFieldProps<T> {
  readonly label: string
  readonly values: readonly T[]
  /** Undefined for a text that is no such list. */
  parse(text: string): readonly T[] | undefined
  change(values: readonly T[]): void
}

/** Values with commas between them; what makes no sense is marked and changes nothing. */
export function ListField<T>({ label, values, parse, change }: ListFieldProps<T>) {
  const id = useId()
  const written = values.join(', ')
  const [text, setText] = useState(written)
  useEffect(() => setText(written), [written])
  const wrong = parse(text) === undefined
  return (
    <div class="control text">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={text}
        spellcheck={false}
        inputMode="decimal"
        aria-invalid={wrong}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={(event) => {
          const parsed = parse(event.currentTarget.value)
          if (parsed !== undefined) change(parsed)
        }}
      />
    </div>
  )
}

export interface TextFieldProps {
  readonly label: string
  readonly value: string
  change(value: string): void
}

/** Any text. */
export function TextField({ label, value, change }: TextFieldProps) {
  const id = useId()
  return (
    <div class="control text">
      <label for={id}>{label}</label>
      <input id={id} type="text" value={value} onChange={(event) => change(event.currentTarget.value.trim())} />
    </div>
  )
}
